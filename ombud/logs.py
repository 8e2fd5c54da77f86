"""Log lines: a fixed sentence and fields, for people or as JSON; to standard error.

No bodies and no addresses are logged; values cannot break a line (they are rendered as `repr` or JSON).
"""

import logging
import sys
from typing import Literal

import structlog


def configure(form: Literal["human", "json"], level: str) -> None:
    """Sets the one log of the process."""
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
