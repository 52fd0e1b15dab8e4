"""Logs: one line an event, to standard error; no secret ever gets there."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

HIDDEN = "***"


def set_up(secrets: tuple[str, ...] = ()) -> None:
    """Log plainly to standard error, with every given secret blotted out wherever it appears."""
    known = tuple(secret for secret in secrets if secret)

    def blot_out(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for key, value in event.items():
            text = value if isinstance(value, str) else repr(value)
            if any(secret in text for secret in known):
                event[key] = blotted(text, known)
        return event

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            blot_out,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Blotter(known))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def blotted(text: str, secrets: tuple[str, ...]) -> str:
    """Return the text without the secrets."""
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


class _Blotter(logging.Filter):
    """Blots secrets out of what libraries log."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = blotted(record.getMessage(), self._secrets), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = blotted(logging.Formatter().formatException(record.exc_info), self._secrets)
        return True
