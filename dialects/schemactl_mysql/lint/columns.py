"""MY1: columns that are new or change."""

from __future__ import annotations

from collections.abc import Callable

from schemactl.changes import Change
from schemactl.lint.rule import Match, Rule, Subject, altered, created, on_change
from schemactl.model import Column
from schemactl.steps import Hazard
from schemactl_mysql.options import ColumnOptions, TableOptions
from schemactl_mysql.types import base


def _counts(it: Column) -> bool:
    return isinstance(it.options, ColumnOptions) and it.options.auto_increment


def _added(fits: Callable[[Column], bool], *, between: bool = False) -> Match:
    def match(subject: Subject, change: Change) -> str | None:
        it = created(subject, change, Column)
        if it is None or not fits(it) or (between and getattr(change, "place", None) is None):
            return None
        return subject.said(change.key, Hazard.REWRITES_TABLE)

    return match


def _altered(fits: Callable[[Column, Column], bool]) -> Match:
    def match(subject: Subject, change: Change) -> str | None:
        both = altered(subject, change, Column)
        return subject.said(change.key, Hazard.REWRITES_TABLE) if both is not None and fits(*both) else None

    return match


def _implicit(subject: Subject, change: Change) -> str | None:
    if (it := created(subject, change, Column)) is None:
        return None
    fills = not it.nullable and it.default is None and it.generated is None and not _counts(it)
    fills = fills and not (isinstance(it.options, ColumnOptions) and it.options.row)
    return "the rows that are there get 0, '' or the like, which nobody chose" if fills else None


def _retyped(was: Column, it: Column) -> bool:
    """Another type; another list of values has rules of its own."""
    both = base(was.type.text) == base(it.type.text) and base(it.type.text) in ("enum", "set")
    return was.type != it.type and not both


def _recollated(subject: Subject, change: Change) -> str | None:
    """Where the table's own collation changes, that is what is told of."""
    match = _altered(lambda was, it: was.collation != it.collation and was.type == it.type)
    before, after = subject.live(change.key), subject.table(change.key)
    same = [t.options.collation for t in (before, after) if t is not None and isinstance(t.options, TableOptions)]
    return match(subject, change) if len(set(same)) <= 1 else None


_SHADOW = (
    "add a column beside it, fill it in batches while a trigger keeps it up, and swap the two; or gh-ost, or pt-osc"
)

RULES = (
    Rule(
        code="MY101",
        title="a NOT NULL column without a default is added to a table that is there",
        why="The server does not refuse it: it fills the rows with the zero of the type, which looks like a value.",
        example="CREATE TABLE t (id int, n int NOT NULL);  -- was (id int)",
        instead="say which value the rows shall have: DEFAULT 0; or add it as NULL and fill it",
        look=on_change(_implicit),
    ),
    Rule(
        code="MY130",
        title="a column takes another type, for which the table is copied",
        why="Every row is converted and copied while nobody can write to the table.",
        example="CREATE TABLE t (id bigint);  -- was (id int)",
        instead=_SHADOW,
        look=on_change(_altered(_retyped), Hazard.REWRITES_TABLE),
    ),
    Rule(
        code="MY140",
        title="a stored generated column is added",
        why="It is computed for every row, for which the table is copied while nobody can write to it.",
        example="ALTER TABLE t ADD total int AS (a + b) STORED;",
        instead="a VIRTUAL one costs nothing, and can be indexed",
        look=on_change(_added(lambda it: it.generated is not None and it.generated.stored), Hazard.REWRITES_TABLE),
    ),
    Rule(
        code="MY141",
        title="a column that counts by itself is added",
        why="Each row gets a number, for which the table is written anew while nobody can write to it.",
        example="ALTER TABLE t ADD id bigint AUTO_INCREMENT PRIMARY KEY;",
        instead="gh-ost or pt-online-schema-change, or a new table that takes over",
        look=on_change(_added(_counts), Hazard.REWRITES_TABLE),
    ),
    Rule(
        code="MY142",
        title="a column is added between others, for which the table is written anew",
        why="Behind all others it is instant on every version; between them only from MySQL 8.0.29 and MariaDB 10.4 on.",
        example="ALTER TABLE t ADD c int AFTER a;",
        instead="leave out --column-order: the order of columns means nothing to queries that name them",
        look=on_change(
            _added(lambda it: it.generated is None and not _counts(it), between=True), Hazard.REWRITES_TABLE
        ),
    ),
    Rule(
        code="MY143",
        title="what a generated column is computed from changes",
        why="It is computed anew for every row, for which the table is copied while nobody can write to it.",
        example="total int AS (a + b + c) STORED  -- was (a + b)",
        instead="add a column with the new expression beside it, let programs move to it, and drop the old one",
        look=on_change(
            _altered(lambda was, it: was.generated != it.generated and None not in (was.generated, it.generated)),
            Hazard.REWRITES_TABLE,
        ),
    ),
    Rule(
        code="MY147",
        title="NULL becomes allowed or forbidden, for which the table is written anew",
        why="How rows are stored depends on it. In place, others go on working, but it takes time, room and replicas' lag.",
        example="c int NOT NULL  -- was c int",
        instead="together with another change that writes the table anew, it costs nothing more",
        look=on_change(
            _altered(lambda was, it: was.nullable != it.nullable and was.type == it.type), Hazard.REWRITES_TABLE
        ),
    ),
    Rule(
        code="MY148",
        title="a column takes another character set or collation, for which the table is copied",
        why="Every value is converted, or every index over it sorted anew, while nobody can write to the table.",
        example="c varchar(10) COLLATE utf8mb4_bin  -- was utf8mb4_general_ci",
        instead=_SHADOW,
        look=on_change(_recollated, Hazard.REWRITES_TABLE),
    ),
)
