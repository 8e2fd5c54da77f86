"""Log lines: a fixed sentence and fields, for people or as JSON; to standard error.

No bodies are logged, and addresses at "debug" only, though a server may quote one in its reply; a value can neither
begin a line of its own nor steer a terminal.
"""

import logging
import sys
from typing import Literal

import structlog

from classify.people import ADDRESS

Form = Literal["human", "json"]


def configure(form: Form, level: str) -> None:
    """Sets the one log of the process. A line is one write, so that what a library says meanwhile gets a line of its own."""
    steps = processors(form, is_coloured=sys.stderr.isatty(), shows_addresses=level == "debug")
    structlog.configure(
        processors=list(steps),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )


def processors(
    form: Form, *, is_coloured: bool, shows_addresses: bool = False
) -> tuple[structlog.typing.Processor, ...]:
    """The steps from an event's fields to its line, in order."""
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=is_coloured)
    )
    return (
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        *(() if shows_addresses else (_nameless,)),
        _plain,
        last,
    )


def without_addresses(text: str) -> str:
    """The text with what looks like an address of somebody taken out."""
    return ADDRESS.sub("(address)", text) if "@" in text else text


def _nameless(
    _logger: object, _method: str, fields: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    return {
        name: without_addresses(value) if isinstance(value, str) else value for name, value in fields.items()
    }


def _plain(_logger: object, _method: str, fields: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """The fields with what a terminal obeys, or a reader takes for a line's end, written out.

    Both renderers quote "\\n", so it stays; but for a traceback, which is printed in lines: those are marked.
    """
    plain = {name: _visible(value) if isinstance(value, str) else value for name, value in fields.items()}
    if "exception" in plain:
        plain["exception"] = plain["exception"].replace("\n", "\n  | ")
    return plain


def _visible(text: str) -> str:
    """Control and format characters as escapes; structlog's own renderer shows a text without blanks as it is."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)
