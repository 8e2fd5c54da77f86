"""[observe]: /healthz, /readyz and /metrics over HTTP, meant for this machine.

Answers hold no address and no text of a mail. Nothing can be changed through it: GET and HEAD only, no
parameters. A request has a deadline, so that a silent client holds nothing up but itself.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ombud import vitals
from ombud.gauges import Gauges
from ombud.office import Office
from ombud.sections import ObserveSection

log = structlog.get_logger()

BEAT_S_MAX = 300.0
"""The clock comes round every few seconds; after so long without, its thread is stuck."""
REQUEST_S_MAX = 5.0
JSON_TYPE = "application/json; charset=utf-8"


class Answer(NamedTuple):
    """What a path is answered with."""

    status: HTTPStatus
    content_type: str
    content: bytes


def answer(office: Office, path: str) -> Answer:
    """The answer to a path; 404 for any other."""
    if path == "/healthz":
        return _healthz(office)
    if path == "/readyz":
        return _readyz(office)
    if path == "/metrics":
        return Answer(HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(office.meters.registry))
    return _json(HTTPStatus.NOT_FOUND, {"paths": ["/healthz", "/readyz", "/metrics"]})


def _healthz(office: Office) -> Answer:
    """Whether the process is worth keeping: what is out of reach is no reason to start it anew."""
    age_s = office.vitals.beat_age_s()
    is_well = age_s <= BEAT_S_MAX
    status = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
    return _json(status, {"is_healthy": is_well, "clock_age_seconds": round(age_s, 1)})


def _readyz(office: Office) -> Answer:
    """Whether mail is taken in: database and mailboxes. Of sending and filing away, faults are shown only."""
    faults = office.vitals.standing()
    is_ready = not any(vitals.keeps_mail_out(fault.what) for fault in faults)
    listed = [
        {"what": f.what, "reason": f.reason, "seconds": round(office.vitals.now() - f.since_s, 1)}
        for f in faults
    ]
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return _json(
        status, {"is_ready": is_ready, "mailboxes": dict(office.vitals.mailboxes()), "faults": listed}
    )


def _json(status: HTTPStatus, record: object) -> Answer:
    return Answer(status, JSON_TYPE, (json.dumps(record, ensure_ascii=False) + "\n").encode())


@contextmanager
def serving(office: Office, where: ObserveSection) -> Iterator[None]:
    """Answers while the caller works, if there is a port. A port that is taken is logged, and nothing is answered."""
    if not where.port:
        yield
        return
    try:
        server = _Server((where.host, where.port), _requests(office))
    except OSError as trouble:
        log.error("observe: nothing can be asked", host=where.host, port=where.port, reason=str(trouble))
        yield
        return
    gauges = Gauges(office)
    office.meters.registry.register(gauges)
    thread = threading.Thread(target=server.serve_forever, name="observe", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        office.meters.registry.unregister(gauges)


class _Server(ThreadingHTTPServer):
    daemon_threads = True


def _requests(office: Office) -> type[BaseHTTPRequestHandler]:
    class Request(BaseHTTPRequestHandler):
        timeout = REQUEST_S_MAX
        server_version = "ombud"
        sys_version = ""

        def do_GET(self) -> None:
            self._reply(with_content=True)

        def do_HEAD(self) -> None:
            self._reply(with_content=False)

        def _reply(self, *, with_content: bool) -> None:
            found = answer(office, self.path)
            self.send_response(found.status)
            self.send_header("Content-Type", found.content_type)
            self.send_header("Content-Length", str(len(found.content)))
            self.end_headers()
            if with_content:
                self.wfile.write(found.content)

        def log_message(self, format: str, *args: object) -> None:
            """Scrapes are no change of state."""

    return Request
