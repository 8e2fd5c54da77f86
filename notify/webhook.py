"""A text to a group chat's robot, over HTTPS: the path to people that needs neither our mailbox nor SMTP.

The address holds the robot's key, so it appears in no text of ours. Certificates are checked; redirects are not
followed, for they would carry the text elsewhere. Sources: the robots' own manuals (企业微信 and 钉钉
群机器人: `{"msgtype": "text", "text": {"content": …}}`; Slack and Mattermost incoming webhooks: `{"text": …}`).
"""

import json
import ssl
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Literal
from urllib.parse import urlsplit

TIMEOUT_S = 10.0
ANSWER_BYTES_MAX = 10_000
TEXT_CHARS_MAX = 600
"""企业微信 takes 2,048 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where texts go."""

    url: str = field(repr=False)
    form: Literal["wecom", "slack"] = "wecom"


def post(webhook: Webhook, text: str) -> str:
    """'' when the robot took the text, else why not. Raises nothing that a server or network can cause."""
    parts = urlsplit(webhook.url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    content = json.dumps(_body(webhook, text[:TEXT_CHARS_MAX])).encode("ascii")
    headers = {"Content-Type": "application/json; charset=utf-8"}
    try:
        connection = _connection(parts.scheme, parts.hostname or "", parts.port)
        try:
            connection.request("POST", path or "/", content, headers)
            reply = connection.getresponse()
            return _why_not(reply.status, reply.read(ANSWER_BYTES_MAX))
        finally:
            connection.close()
    except (OSError, HTTPException, ValueError) as trouble:
        return type(trouble).__name__


def _connection(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "http":
        return HTTPConnection(host, port, timeout=TIMEOUT_S)
    return HTTPSConnection(host, port, timeout=TIMEOUT_S, context=ssl.create_default_context())


def _body(webhook: Webhook, text: str) -> dict[str, Any]:
    return {"text": text} if webhook.form == "slack" else {"msgtype": "text", "text": {"content": text}}


def _why_not(status: int, content: bytes) -> str:
    """QUIRK: 企业微信 and 钉钉 answer 200 with an errcode when they did not take it."""
    if not 200 <= status < 300:
        return f"HTTP {status}"
    try:
        code = json.loads(content).get("errcode", 0)
    except (ValueError, AttributeError):
        return ""
    return f"errcode {code}"[:40] if code else ""
