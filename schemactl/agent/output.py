"""What the agent prints: a line for each change, and the state of all resources as a table at the end."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, Protocol

import msgspec

from schemactl.reconcile import Kind, Report
from schemactl.resource import Status, stamp

COLUMNS = ("NAME", "READY", "REASON", "DRIFTED", "FAILED", "LAST APPLIED", "MESSAGE")
LONGEST_LINE = 200
LONGEST_CELL = 80
#: What a plan waits for, with the digest to approve, which must not be cut.
LONGEST_WAIT = 1024
#: The reports that are errors: these go to stderr.
_ERRORS = frozenset({Kind.RETRYING, Kind.STALLED})


class Output(Protocol):
    def report(self, name: str, report: Report, now: datetime) -> None: ...

    def note(self, text: str, now: datetime) -> None:
        """Something about the tree and no single resource."""
        ...

    def table(self, statuses: Mapping[str, Status]) -> None: ...


def output(form: Literal["text", "json"], *, color: bool = False) -> Output:
    return JsonOutput() if form == "json" else TextOutput(color=color)


class TextOutput:
    """Changes and the table on stdout, errors and notes on stderr."""

    def __init__(self, *, color: bool = False) -> None:
        self._color = color

    def report(self, name: str, report: Report, now: datetime) -> None:
        stream = sys.stderr if report.kind in _ERRORS else sys.stdout
        clock = now.astimezone().strftime("%H:%M:%S")
        lines = [_flat(step) for step in report.steps] if report.kind not in _ERRORS else []
        if report.kind is Kind.WAITING:
            lines.append(_flat(report.message, LONGEST_WAIT))
        for line in lines or [_sentence(report)]:
            print(f"{clock} {name}  {report.kind.value:9} {line}", file=stream, flush=True)

    def note(self, text: str, now: datetime) -> None:
        print(f"{now.astimezone().strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)

    def table(self, statuses: Mapping[str, Status]) -> None:
        rows = [_row(name, status) for name, status in statuses.items()]
        if sys.stdout.isatty():
            _rich_table(rows, color=self._color)
            return
        widths = [max(len(row[i]) for row in [COLUMNS, *rows]) for i in range(len(COLUMNS))]
        for row in [COLUMNS, *rows]:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            print("  ".join(cells).rstrip(), flush=True)


class JsonOutput:
    """One JSON object a line on stdout: events as they come, and one with all statuses at the end."""

    def report(self, name: str, report: Report, now: datetime) -> None:
        _emit({"type": "event", "time": stamp(now), "resource": name, **msgspec.structs.asdict(_Event.of(report))})

    def note(self, text: str, now: datetime) -> None:
        _emit({"type": "note", "time": stamp(now), "message": text})

    def table(self, statuses: Mapping[str, Status]) -> None:
        resources = [{"name": name, "status": status} for name, status in statuses.items()]
        _emit({"type": "status", "resources": resources})


class _Event(msgspec.Struct, frozen=True):
    kind: str
    reason: str
    message: str
    steps: tuple[str, ...]
    code: str
    place: str
    hint: str
    digest: str

    @classmethod
    def of(cls, report: Report) -> _Event:
        return msgspec.convert(report, cls, from_attributes=True)


def _emit(value: object) -> None:
    print(msgspec.json.encode(value).decode(), flush=True)


def _sentence(report: Report) -> str:
    """An error as one line: code, place, message, statements, remedy."""
    parts = [report.code, f"{report.place}:" if report.place else "", _flat(report.message)]
    if report.steps:
        parts.append("[" + "; ".join(_flat(step) for step in report.steps) + "]")
    if report.hint:
        parts.append(f"→ {_flat(report.hint)}")
    return " ".join(part for part in parts if part)


def _flat(text: str, longest: int = LONGEST_LINE) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _row(name: str, status: Status) -> tuple[str, ...]:
    ready, drifted = status.condition("Ready"), status.condition("Drifted")
    applied = datetime.fromtimestamp(status.last_applied, UTC) if status.last_applied else None
    ignored = status.condition("FieldsIgnored")
    message = ready.message if ready else ""
    if drifted and drifted.status == "True":
        message = f"{drifted.reason}: {drifted.message}"
    elif drifted and drifted.reason == "Healed":
        message = drifted.message
    if ignored:
        message = f"{message} (ignored fields: {ignored.message})"
    return (
        name,
        ready.status if ready else "Unknown",
        ready.reason if ready else "",
        drifted.status if drifted else "-",
        str(status.failed),
        applied.astimezone().strftime("%Y-%m-%d %H:%M:%S") if applied else "-",
        _flat(message, LONGEST_CELL),
    )


def _rich_table(rows: list[tuple[str, ...]], *, color: bool) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD)
    for column in COLUMNS:
        table.add_column(column, no_wrap=column != "MESSAGE", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row), style=None if row[1] == "True" else "red")
    Console(no_color=not color, highlight=False).print(table)
