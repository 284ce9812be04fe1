"""Log lines: JSON objects for a cluster, plain ones for a person. No secret in either."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal

from schemactl.urls import redact_urls

#: What a record may carry beside its message, by the name it has in a line.
_FIELDS = {
    "namespace": "namespace",
    "name_": "name",
    "uid": "uid",
    "generation": "generation",
    "reason": "reason",
    "plan_digest": "plan_digest",
    "shard": "shard",
}


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {
            "ts": when.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "msg": redact_urls(record.getMessage()),
        }
        line |= {name: value for key, name in _FIELDS.items() if (value := getattr(record, key, None)) is not None}
        if record.exc_info:
            line["trace"] = redact_urls(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class PlainLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        name = getattr(record, "name_", None)
        about = f"{getattr(record, 'namespace', '')}/{name}  " if name else ""
        when = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        text = redact_urls(f"{when} {record.levelname[0]} {about}{record.getMessage()}")
        return f"{text}\n{redact_urls(self.formatException(record.exc_info))}" if record.exc_info else text


def configure(form: Literal["json", "text"], *, debug: bool) -> None:
    """All of this process, on stderr. What kopf says of each event is left out: what we do about them is told here."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else PlainLines())
    logging.basicConfig(level=logging.DEBUG if debug else logging.INFO, handlers=[handler], force=True)
    for quiet in ("kopf", "aiohttp", "asyncio"):
        logging.getLogger(quiet).setLevel(logging.WARNING)
