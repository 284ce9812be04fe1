"""MY1: tables as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.changes import Alter
from schemactl.lint.rule import Found, Look, Rule, Severity, Subject, on_hazard
from schemactl.model import Kind, ObjectKey, Table
from schemactl.steps import Hazard, Step
from schemactl_mysql.options import TableOptions


def _becomes(field: str, message: str, *, rows: bool = False) -> Look:
    """An option that differs, where that writes the table anew: by itself, or with `rows`, by what its columns become."""

    def look(subject: Subject) -> Iterator[Found]:
        for change in subject.changes:
            if not isinstance(change, Alter) or not isinstance(change.after, Table) or subject.live(change.key) is None:
                continue
            was, shall = _option(change.before, field), _option(change.after, field)
            step = _rewriting(subject, change.key, rows=rows) if was != shall else None
            if step is not None:
                yield Found(key=change.key, message=message.format(was, shall), step=step)

    return look


def _option(table: object, field: str) -> object:
    options = table.options if isinstance(table, Table) else None
    return getattr(options, field) if isinstance(options, TableOptions) else None


def _rewriting(subject: Subject, table: ObjectKey, *, rows: bool) -> Step | None:
    parts = [key for key in subject.costs if key.parent == table and key.kind is Kind.COLUMN] if rows else []
    return next(filter(None, (subject.costing(key, Hazard.REWRITES_TABLE) for key in (table, *parts))), None)


RULES = (
    Rule(
        code="MY136",
        title="a table takes another character set or collation, for which it is written anew",
        why="Its columns follow: every value is converted while nobody can write to the table.",
        example="CREATE TABLE t (...) DEFAULT CHARSET=utf8mb4;  -- was latin1",
        instead="gh-ost or pt-online-schema-change; or state the old one for each column, and change the default alone",
        look=_becomes("collation", "collation {} becomes {}, also of its columns", rows=True),
    ),
    Rule(
        code="MY138",
        title="a table takes another storage engine",
        why="Every row is copied while nobody can write to the table.",
        example="CREATE TABLE t (...) ENGINE=InnoDB;  -- was MyISAM",
        instead="gh-ost or pt-online-schema-change lets others go on meanwhile",
        look=_becomes("engine", "engine {} becomes {}: every row is copied"),
    ),
    Rule(
        code="MY139",
        title="how a table is partitioned changes, for which rows are copied",
        why="Rows move into other partitions while nobody can write to the table.",
        example="CREATE TABLE t (...) PARTITION BY HASH (id) PARTITIONS 8;  -- was 4",
        instead="add partitions at the end of a range, which moves no rows",
        look=_becomes("partitioning", "rows are copied into other partitions"),
    ),
    Rule(
        code="MY146",
        title="what rows once were is forgotten",
        why="Without system versioning the server drops the history of all rows, or of a column. No backup but one of the "
        "server's has it.",
        example="CREATE TABLE t (...);  -- was ... WITH SYSTEM VERSIONING",
        instead="copy the history to another table first: SELECT ... FOR SYSTEM_TIME ALL",
        severity=Severity.ERROR,
        look=on_hazard(Hazard.DROPS_HISTORY),
    ),
)
