"""MF and SC2: what only succeeds if the rows allow it."""

from __future__ import annotations

from schemactl.changes import Alter, Change, Create
from schemactl.lint.rule import Rule, Subject, altered, created, on_change
from schemactl.model import Check, Column, ForeignKey, Index, Kind, ObjectKey, PrimaryKey, Unique
from schemactl.steps import Hazard


def _over_old_columns(subject: Subject, key: ObjectKey, names: tuple[str, ...]) -> bool:
    """Whether one of the columns was there before, so that its values may be anything."""
    table = subject.live(key)
    return table is not None and any(table.column(name) is not None for name in names)


def _unique_added(subject: Subject, change: Change) -> str | None:
    if not created(subject, change, (Index, Unique)) or not isinstance(change, Create) or change.because:
        return None
    it = change.after
    if isinstance(it, Index):
        names = tuple(part.column for part in it.parts if part.column is not None)
        unique, over = it.unique, not names or _over_old_columns(subject, change.key, names)
    else:
        assert isinstance(it, Unique)
        unique, over = True, _over_old_columns(subject, change.key, it.columns)
    return f"rows of {_table(change.key)} with equal values make it fail" if unique and over else None


def _made_unique(subject: Subject, change: Change) -> str | None:
    if not altered(subject, change, Index) or not isinstance(change, Alter):
        return None
    before, after = change.before, change.after
    assert isinstance(before, Index)
    assert isinstance(after, Index)
    turned = after.unique and not before.unique
    return f"rows of {_table(change.key)} with equal values make it fail" if turned else None


def _lacks_value(subject: Subject, change: Change) -> str | None:
    if not created(subject, change, Column) or not isinstance(change, Create):
        return None
    it = change.after
    assert isinstance(it, Column)
    lacks = not it.nullable and it.default is None and it.identity is None and it.generated is None
    return f"{_table(change.key)} must be empty for it: the rows that are there have no value" if lacks else None


def _made_not_null(subject: Subject, change: Change) -> str | None:
    if not altered(subject, change, Column) or not isinstance(change, Alter):
        return None
    before, after = change.before, change.after
    assert isinstance(before, Column)
    assert isinstance(after, Column)
    return f"a row with NULL in {change.key.path} makes it fail" if before.nullable and not after.nullable else None


def _check_added(subject: Subject, change: Change) -> str | None:
    it = getattr(change, "after", None)
    if not isinstance(it, Check) or not it.validated or not it.enforced or subject.live(change.key) is None:
        return None
    new = isinstance(change, Create) and not change.because
    other = isinstance(change, Alter) and isinstance(change.before, Check) and change.before.expression != it.expression
    return f"a row of {_table(change.key)} that does not satisfy it makes it fail" if new or other else None


def _key_added(subject: Subject, change: Change) -> str | None:
    it = getattr(change, "after", None)
    if not isinstance(it, ForeignKey) or not it.validated or not it.enforced or subject.live(change.key) is None:
        return None
    if not isinstance(change, Create | Alter) or (isinstance(change, Create) and change.because):
        return None
    if not _over_old_columns(subject, change.key, it.columns):
        return None
    return f"a row of {_table(change.key)} that refers to nothing in {it.references.path} makes it fail"


def _primary_added(subject: Subject, change: Change) -> str | None:
    it = getattr(change, "after", None)
    if not isinstance(it, PrimaryKey) or not isinstance(change, Create | Alter):
        return None
    if isinstance(change, Create) and change.because:
        return None
    old = _over_old_columns(subject, change.key, it.columns)
    return f"rows of {_table(change.key)} with equal values, or NULL, make it fail" if old else None


def _table(key: ObjectKey) -> str:
    return key.parent.path if key.parent is not None and key.kind is not Kind.TABLE else key.path


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
