"""BC and SC3: what programs that were not changed with it no longer understand."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.changes import Alter, Change, Drop, Rename
from schemactl.lint.rule import Found, Rule, Subject, altered, on_change, on_hazard
from schemactl.model import Column, Kind, Program, Routine, View
from schemactl.steps import Hazard

#: What has rules of its own, and what no program names.
_OTHERWISE = frozenset({Kind.TABLE, Kind.COLUMN, Kind.CONSTRAINT, Kind.INDEX, Kind.ENUM_VALUE})


def _table_renamed(subject: Subject, change: Change) -> str | None:
    if not isinstance(change, Rename) or change.key.kind is not Kind.TABLE:
        return None
    return f"what names {change.key.path} fails from then on: it is {change.new.path}"


def _column_renamed(subject: Subject, change: Change) -> str | None:
    if not isinstance(change, Rename) or change.key.kind is not Kind.COLUMN:
        return None
    return f"what names {change.key.path} fails from then on: it is called {change.new.name}"


def _other_renamed(subject: Subject, change: Change) -> str | None:
    if not isinstance(change, Rename) or change.key.kind in _OTHERWISE:
        return None
    return f"what names the {change.key} fails from then on: it is {change.new.path}"


def _value_renamed(subject: Subject) -> Iterator[Found]:
    """From the hazard: one dialect has values as things of their own, the other as part of a column."""
    for key, costs in subject.costs.items():
        for step, told in costs:
            for it in told:
                if it.hazard is Hazard.BREAKS_CLIENTS and key.kind in (Kind.ENUM_VALUE, Kind.TYPE):
                    yield Found(key=key, message=it.message, step=step)


def _view_dropped(subject: Subject, change: Change) -> str | None:
    gone = isinstance(change, Drop) and isinstance(change.before, View) and change.key in subject.gone
    return f"what reads from {change.key.path} fails from then on" if gone else None


def _routine_dropped(subject: Subject, change: Change) -> str | None:
    if not isinstance(change, Drop) or change.key not in subject.gone:
        return None
    if not isinstance(change.before, Routine) and change.key.kind not in (Kind.FUNCTION, Kind.PROCEDURE):
        return None
    return f"what calls {change.key.path} fails from then on"


def _retyped(subject: Subject, change: Change) -> str | None:
    if (both := altered(subject, change, Column)) is None:
        return None
    before, after = both
    was, shall = before.type.text.partition("(")[0], after.type.text.partition("(")[0]
    return f"{change.key.path} is {after.type} where programs knew {before.type}" if was != shall else None


def _columns_of_view(subject: Subject, change: Change) -> str | None:
    if not isinstance(change, Alter) or not isinstance(change.before, View) or not isinstance(change.after, View):
        return None
    before, after = (_names(it) for it in (change.before, change.after))
    lost = [name for name in before if name not in after] if after else []
    return f"{change.key.path} has no {', '.join(lost)} any more" if lost else None


def _names(view: View) -> list[str]:
    """Its columns; where no server has told what they are, those that the text lists."""
    return [c.name for c in view.columns] if view.columns is not None else list(view.names)


def _program(subject: Subject, change: Change) -> str | None:
    """A routine whose arguments differ is another one where names are overloaded; where not, it is altered."""
    if not isinstance(change, Alter) or not isinstance(change.before, Program) or not isinstance(change.after, Program):
        return None
    if change.key.kind not in (Kind.FUNCTION, Kind.PROCEDURE):
        return None
    was, shall = (
        (getattr(it.options, "parameters", ()), getattr(it.options, "returns", None))
        for it in (change.before, change.after)
    )
    return f"what calls {change.key.path} as before may fail: its parameters differ" if was != shall else None


_BOTH = "let both names work for a while: a view under the old name, or a second column that a trigger keeps up"

RULES = (
    Rule(
        code="BC101",
        title="a table is renamed, or moved to another schema",
        why="Programs that are running know the old name, and fail from the moment at which the statement has run.",
        example="-- schemactl:renamed from=users\nCREATE TABLE people (...);",
        instead=_BOTH,
        look=on_change(_table_renamed),
    ),
    Rule(
        code="BC102",
        title="a column is renamed",
        why="Programs that are running know the old name, and fail from the moment at which the statement has run.",
        example="CREATE TABLE t (\n  full_name text -- schemactl:renamed from=name\n);",
        instead=_BOTH,
        look=on_change(_column_renamed),
    ),
    Rule(
        code="SC301",
        title="a view is dropped",
        why="Reports and programs that read from it fail. What rests on it in other databases is not seen from here.",
        example="-- CREATE VIEW v AS ...; is no longer in the desired SQL",
        instead="keep it until nothing has read from it for a while",
        look=on_change(_view_dropped),
    ),
    Rule(
        code="SC302",
        title="a routine is dropped",
        why="What calls it fails. One with other arguments is another routine.",
        example="-- CREATE FUNCTION f(int) ...; is no longer in the desired SQL",
        instead="keep the old one beside the new until nothing calls it",
        look=on_change(_routine_dropped),
    ),
    Rule(
        code="SC303",
        title="a value of an enum is renamed",
        why="What writes the old value, or looks for it, fails from then on.",
        example="CREATE TYPE mood AS ENUM ('fine' /* schemactl:renamed from=ok */);",
        instead="add the new value, change programs and rows, and remove the old one later",
        look=_value_renamed,
    ),
    Rule(
        code="SC304",
        title="a column is of another type than before",
        why="Programs read and write values of the old type: a driver gives them another class, and a statement prepared "
        "before fails once.",
        example="CREATE TABLE t (id uuid);  -- was (id text)",
        instead="add a column of the new type beside the old one, and let programs move to it",
        look=on_change(_retyped),
    ),
    Rule(
        code="SC305",
        title="a view loses a column",
        why="What reads that column fails from then on.",
        example="CREATE VIEW v AS SELECT a FROM t;  -- was SELECT a, b",
        instead="add a view with fewer columns beside it",
        look=on_change(_columns_of_view),
    ),
    Rule(
        code="SC306",
        title="something else that programs name is renamed",
        why="Views, routines, types and sequences are called by name as tables are.",
        example="-- schemactl:renamed from=old_total\nCREATE FUNCTION total() ...",
        instead="make it anew under the new name, and drop the old one once nothing uses it",
        look=on_change(_other_renamed),
    ),
    Rule(
        code="SC307",
        title="the parameters of a routine change",
        why="What calls it with other arguments fails; a program that was compiled against it may misread the result.",
        example="CREATE PROCEDURE p(a int, b int) ...;  -- was p(a int)",
        instead="make a routine with another name, and drop the old one once nothing calls it",
        look=on_change(_program),
    ),
    Rule(
        code="SC308",
        title="who may see or do what changes",
        why="A right is granted or taken away, or row security lets other rows through. Whoever answers for access should "
        "read it.",
        example="GRANT SELECT ON people TO PUBLIC;",
        instead='have it approved: changes-access = "approve" in [policy]',
        look=on_hazard(Hazard.CHANGES_ACCESS),
    ),
)
