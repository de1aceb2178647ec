"""How the portal writes its logs: one structured line per event, to the console or to a file."""

from typing import Any

import structlog

SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure_logging(*, level: str, file: str) -> dict[str, Any]:
    """Configure structlog and give Django's LOGGING; `file` receives JSON lines, an empty one means the console."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": _json_lines() if file else _console_lines()},
        "handlers": {"out": _file(file) if file else _console()},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # Every outgoing call is logged by integrations/http.py, with secrets taken out of the address.
            "httpx": {"level": "WARNING"},
        },
    }


def _json_lines() -> dict[str, Any]:
    processors = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    return _formatter(processors)


def _console_lines() -> dict[str, Any]:
    renderer = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    return _formatter([structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer])


def _formatter(processors: list[Any]) -> dict[str, Any]:
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": processors,
        "foreign_pre_chain": SHARED_PROCESSORS,
    }


def _console() -> dict[str, Any]:
    return {"class": "logging.StreamHandler", "formatter": "lines"}


def _file(path: str) -> dict[str, Any]:
    return {"class": "logging.handlers.WatchedFileHandler", "filename": path, "delay": True, "formatter": "lines"}
