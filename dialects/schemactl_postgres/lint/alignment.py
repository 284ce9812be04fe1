"""PG110: room that the order of a new table's columns wastes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schemactl.changes import Create
from schemactl.lint.rule import Found, Rule, Severity, Subject
from schemactl.model import Column, Table

#: Bytes and alignment of types of fixed size: pg_type.typlen and typalign.
_FIXED = {
    "boolean": (1, 1),
    '"char"': (1, 1),
    "smallint": (2, 2),
    "integer": (4, 4),
    "real": (4, 4),
    "date": (4, 4),
    "oid": (4, 4),
    "bigint": (8, 8),
    "double precision": (8, 8),
    "money": (8, 8),
    "timestamp without time zone": (8, 8),
    "timestamp with time zone": (8, 8),
    "time without time zone": (8, 8),
    "interval": (16, 8),
    "uuid": (16, 1),
}


def _wasted(columns: Iterable[Column]) -> int | None:
    """Bytes of padding before the columns of fixed size that a row begins with; None from an unknown one on."""
    at = wasted = 0
    for column in columns:
        size, alignment = _FIXED[column.type.text]
        gap = -at % alignment
        wasted += gap
        at += gap + size
    return wasted + -at % 8


def _look(subject: Subject) -> Iterator[Found]:
    for change in subject.changes:
        if not isinstance(change, Create) or not isinstance(change.after, Table) or change.key not in subject.made:
            continue
        fixed = [c for c in change.after.columns if c.type.text in _FIXED]
        # What is of no fixed size is aligned by what it holds; it stands best behind the others, as is counted here.
        now, best = _wasted(fixed), _wasted(sorted(fixed, key=lambda c: -_FIXED[c.type.text][1]))
        if now is not None and best is not None and now > best:
            order = ", ".join(c.name for c in sorted(fixed, key=lambda c: -_FIXED[c.type.text][1]))
            yield Found(key=change.key, message=f"{now - best} bytes a row are padding; none with the order {order}")


RULES = (
    Rule(
        code="PG110",
        title="the order of a new table's columns wastes room",
        why="The server puts each value at a multiple of its alignment, and fills the gap before it. A column keeps its "
        "place for ever.",
        example="CREATE TABLE t (a boolean, b bigint, c boolean, d bigint);",
        instead="begin with the widest: bigint and timestamps, then integer, smallint, boolean, text last",
        severity=Severity.OFF,
        look=_look,
    ),
)
