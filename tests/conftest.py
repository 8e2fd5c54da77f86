"""Fixtures: real servers, started once."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain, count
from pathlib import Path
from zlib import crc32

import pytest
import structlog
from hypothesis import HealthCheck, settings

from classify import words
from tests import postgresql, servers, sqlite_file
from tests.desk import Desk
from tests.desk import desk as open_desk
from tests.site import Site

ENGINES = ("sqlite", "postgresql")
# The same examples in each run, however slow the machine is; --hypothesis-profile=default looks for others.
settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--store", choices=ENGINES, help="only on this database; without it, on both")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What touches the store runs on both databases, everything else once.

    So do whole services with their servers (`site`), and what is about mails (`mails`), when a database is named; without
    one on SQLite, and on PostgreSQL those that are about it, for the sake of time.
    """
    if "engine_name" in metafunc.fixturenames:
        only = metafunc.config.getoption("--store")
        has_mark = metafunc.definition.get_closest_marker
        is_beside_the_store = "site" in metafunc.fixturenames or has_mark("mails")
        usual = ENGINES[:1] if is_beside_the_store and not only else ENGINES
        names = [name for name in ENGINES if has_mark(name)] or usual
        wanted = [name for name in names if only in (None, name)]
        metafunc.parametrize("engine_name", wanted, indirect=True)


@pytest.fixture
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session", autouse=True)
def lists_read_once() -> Iterator[None]:
    """The package's own word lists, which no test changes, are read once in a process: each reading takes 0.1 s."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words, "_own", cache(words._own))
        yield


@pytest.fixture(autouse=True)
def unset_log() -> None:
    """No test's configuration of the log is another's."""
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[servers.Dovecot]:
    with servers.dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgresql.Postgresql]:
    with postgresql.postgresql() as server:
        yield server


@pytest.fixture
def new_store(
    request: pytest.FixtureRequest, engine_name: str, tmp_path: Path
) -> Iterator[Callable[[], str]]:
    """Gives URLs of new stores, migrated."""
    if engine_name == "sqlite":
        names = chain(["ombud.db"], (f"ombud-{number}.db" for number in count(2)))
        yield lambda: sqlite_file.new(tmp_path / next(names))
        return
    server: postgresql.Postgresql = request.getfixturevalue("postgres")
    made: list[str] = []

    def new() -> str:
        made.append(server.create())
        return made[-1]

    yield new
    for url in made:
        server.drop(url)


@pytest.fixture
def store_url(new_store: Callable[[], str]) -> str:
    """The URL of a store of the test's own."""
    return new_store()


@pytest.fixture
def sink() -> Iterator[servers.Sink]:
    with servers.smtp_sink() as server:
        yield server


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """A mailbox of the test's own."""
    name = "".join(c if c.isalnum() else "_" for c in request.node.name)
    return f"{name[:50]}_{crc32(name.encode()):08x}"


@pytest.fixture
def site(tmp_path: Path, dovecot: servers.Dovecot, sink: servers.Sink, user: str, store_url: str) -> Site:
    return Site(folder=tmp_path, dovecot=dovecot, sink=sink, user=user, store_url=store_url)


@pytest.fixture
def desk(store_url: str) -> Iterator[Desk]:
    with open_desk(store_url) as opened:
        yield opened
