"""Fixtures: real servers, started once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests import servers
from tests.desk import Desk
from tests.desk import desk as open_desk
from tests.site import Site


@pytest.fixture(autouse=True)
def unset_log() -> None:
    """No test's configuration of the log is another's."""
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[servers.Dovecot]:
    with servers.dovecot() as server:
        yield server


@pytest.fixture
def sink() -> Iterator[servers.Sink]:
    with servers.smtp_sink() as server:
        yield server


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """A mailbox of the test's own."""
    return "".join(c if c.isalnum() else "_" for c in request.node.name)[:60]


@pytest.fixture
def site(tmp_path: Path, dovecot: servers.Dovecot, sink: servers.Sink, user: str) -> Site:
    return Site(folder=tmp_path, dovecot=dovecot, sink=sink, user=user)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened
