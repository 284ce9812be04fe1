"""MF and SC2: what only succeeds if the rows allow it."""

from __future__ import annotations

from schemactl.changes import Change
from schemactl.lint.rule import Rule, Subject, altered, created, desired, is_only_remade, on_change, table_path
from schemactl.model import Check, Column, ForeignKey, Index, ObjectKey, PrimaryKey, Unique
from schemactl.steps import Hazard


def _over_old_columns(subject: Subject, key: ObjectKey, names: tuple[str, ...]) -> bool:
    """Whether one of the columns was there before, so that its values may be anything."""
    table = subject.live(key)
    return table is not None and any(table.column(name) is not None for name in names)


def _unique_added(subject: Subject, change: Change) -> str | None:
    if is_only_remade(change):
        return None
    if (it := created(subject, change, Unique)) is not None:
        found = _over_old_columns(subject, change.key, it.columns)
    elif (index := created(subject, change, Index)) is not None:
        names = tuple(part.column for part in index.parts if part.column is not None)
        found = index.unique and (not names or _over_old_columns(subject, change.key, names))
    else:
        return None
    return f"rows of {table_path(change.key)} with equal values make it fail" if found else None


def _made_unique(subject: Subject, change: Change) -> str | None:
    both = altered(subject, change, Index)
    turned = both is not None and both[1].unique and not both[0].unique
    return f"rows of {table_path(change.key)} with equal values make it fail" if turned else None


def _lacks_value(subject: Subject, change: Change) -> str | None:
    it = created(subject, change, Column)
    if it is None or it.nullable or it.default is not None or it.identity is not None or it.generated is not None:
        return None
    return f"{table_path(change.key)} must be empty for it: the rows that are there have no value"


def _made_not_null(subject: Subject, change: Change) -> str | None:
    both = altered(subject, change, Column)
    turned = both is not None and both[0].nullable and not both[1].nullable
    return f"a row with NULL in {change.key.path} makes it fail" if turned else None


def _check_added(subject: Subject, change: Change) -> str | None:
    it = desired(subject, change, Check)
    if it is None or not it.validated or not it.enforced:
        return None
    both = altered(subject, change, Check)
    fresh = both[0].expression != it.expression if both is not None else not is_only_remade(change)
    return f"a row of {table_path(change.key)} that does not satisfy it makes it fail" if fresh else None


def _key_added(subject: Subject, change: Change) -> str | None:
    it = desired(subject, change, ForeignKey)
    if it is None or not it.validated or not it.enforced or is_only_remade(change):
        return None
    if not _over_old_columns(subject, change.key, it.columns):
        return None
    return f"a row of {table_path(change.key)} that refers to nothing in {it.references.path} makes it fail"


def _primary_added(subject: Subject, change: Change) -> str | None:
    it = desired(subject, change, PrimaryKey)
    if it is None or is_only_remade(change) or not _over_old_columns(subject, change.key, it.columns):
        return None
    return f"rows of {table_path(change.key)} with equal values, or NULL, make it fail"


_LOOK_FIRST = (
    "count such rows first, and mend them in a release before; see the checks of `schemactl plan --format json`"
)

RULES = (
    Rule(
        code="MF101",
        title="a unique index or constraint is added over columns that are there",
        why="Rows with equal values make the statement fail, after it has read the whole table.",
        example="CREATE UNIQUE INDEX ON t (email);",
        instead=_LOOK_FIRST,
        look=on_change(_unique_added),
    ),
    Rule(
        code="MF102",
        title="an index is made unique",
        why="Rows with equal values, which it let in so far, make the statement fail.",
        example="CREATE UNIQUE INDEX i ON t (email);  -- was CREATE INDEX i ...",
        instead=_LOOK_FIRST,
        look=on_change(_made_unique),
    ),
    Rule(
        code="MF103",
        title="a NOT NULL column without a default is added to a table that is there",
        why="The rows of the table have no value for it, so the server refuses it unless there are none.",
        example="CREATE TABLE t (id int, name text NOT NULL);  -- was (id int)",
        instead="give it a default, or add it as NULL, fill it, and make it NOT NULL in the next release",
        look=on_change(_lacks_value, Hazard.MAY_FAIL_ON_DATA),
    ),
    Rule(
        code="MF104",
        title="a column becomes NOT NULL",
        why="A row that has NULL in it makes the statement fail.",
        example="CREATE TABLE t (name text NOT NULL);  -- was (name text)",
        instead="fill the rows first: UPDATE t SET name = '' WHERE name IS NULL, in batches",
        look=on_change(_made_not_null),
    ),
    Rule(
        code="SC201",
        title="a check is added that rows may not satisfy",
        why="Every row is checked, and one that does not satisfy it makes the statement fail.",
        example="ALTER TABLE t ADD CHECK (price > 0);",
        instead=_LOOK_FIRST,
        look=on_change(_check_added),
    ),
    Rule(
        code="SC202",
        title="a foreign key is added that rows may not satisfy",
        why="Every row is looked up in the other table, and one that refers to nothing makes the statement fail.",
        example="ALTER TABLE t ADD FOREIGN KEY (owner) REFERENCES people;",
        instead=_LOOK_FIRST,
        look=on_change(_key_added),
    ),
    Rule(
        code="SC203",
        title="a primary key is added over columns that are there",
        why="Rows with equal values or NULL make the statement fail, after it has read the whole table.",
        example="CREATE TABLE t (id int PRIMARY KEY);  -- was (id int)",
        instead=_LOOK_FIRST,
        look=on_change(_primary_added),
    ),
)
