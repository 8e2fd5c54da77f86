"""What a running service says of itself over [observe], asked from another process."""

import json
from http.client import HTTPConnection, HTTPException
from typing import Any

TIMEOUT_S = 2.0
ANSWER_BYTES_MAX = 100_000


class NotAnswering(Exception):
    """No service answers there; the text says why."""


def state(host: str, port: int) -> dict[str, Any]:
    """The answer of /readyz: mailboxes and standing faults. Raises NotAnswering."""
    connection = HTTPConnection(host, port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        found = json.loads(connection.getresponse().read(ANSWER_BYTES_MAX))
    except (OSError, HTTPException, ValueError) as trouble:
        raise NotAnswering(f"{host}:{port}: {trouble}") from trouble
    finally:
        connection.close()
    if not isinstance(found, dict):
        raise NotAnswering(f"{host}:{port}: somebody else answers there")
    return found
