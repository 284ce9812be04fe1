"""NOT NULL where it bears a name, is NOT VALID, or is not for children: an object of its own from Postgres 18 on."""

from __future__ import annotations

from dataclasses import replace

from schemactl.errors import SqlSyntaxError
from schemactl.model import Column, Kind, NotNull
from schemactl_postgres.names import generated_name
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.state import State, TableDraft
from schemactl_postgres.read.tokens import Token


def stated(table: TableDraft, column: str, name: str, **said: bool) -> NotNull | None:
    """What a NOT NULL clause says beyond itself; None where that is nothing. `name` is empty where none is stated."""
    plain = NotNull(name=name or generated_name(table.name, column, "not_null"), generated_name=not name)
    found = replace(plain, **said)  # type: ignore[arg-type]
    return None if not name and found == plain else found


def parse_not_null(cursor: Cursor, state: State, table: TableDraft, name: str, *, new: bool) -> None:
    """After [CONSTRAINT name] NOT NULL among the constraints of a table. On a `new` one NOT VALID says nothing."""
    token = cursor.token
    column = cursor.column_name()
    if column not in table.columns:
        raise state.missing(cursor, "column", f"{table.key.path}.{column}", token)
    no_inherit, validated = False, True
    while True:
        if cursor.take("NO", "INHERIT"):
            no_inherit = True
        elif cursor.take("NOT", "VALID"):
            validated = new
        elif not (cursor.take("ENFORCED") or cursor.take("NOT", "DEFERRABLE")):
            break
    found = stated(table, column, name, no_inherit=no_inherit, validated=validated)
    set_not_null(cursor, state, table, column, found, token)


def set_not_null(
    cursor: Cursor, state: State, table: TableDraft, name: str, found: NotNull | None, token: Token
) -> None:
    """Make a column NOT NULL, which it may be already: then what is said must not contradict what is."""
    column = table.columns[name]
    if found is not None and not found.generated_name:
        refuse_taken(cursor, state, table, found.name, token)
    if column.nullable:
        mine = own_in_child(table, name, found)
        table.columns[name] = replace(column, nullable=False, not_null=mine)
        return
    old = column.not_null or NotNull(name=usual(table, name), generated_name=True)
    new = found or NotNull(name=old.name, generated_name=True)
    inherited = not old.local or (column.not_null is None and bool(table.options.parents))
    if old.no_inherit != new.no_inherit and not inherited:
        raise cursor.error(SqlSyntaxError, f"the NOT NULL of {name} is and is not NO INHERIT", token)
    clash = not old.generated_name and not new.generated_name and old.name != new.name
    if clash and not inherited:
        raise cursor.error(SqlSyntaxError, f"the NOT NULL of {name} has two names: {old.name} and {new.name}", token)
    kept = new if old.generated_name or inherited else old
    made = replace(kept, validated=old.validated, comment=old.comment, no_inherit=new.no_inherit)
    table.columns[name] = replace(column, not_null=own_in_child(table, name, None if is_plain(made) else made))


def is_plain(found: NotNull) -> bool:
    """Whether it says nothing beyond that the column is NOT NULL."""
    return found.generated_name and found == NotNull(name=found.name)


def own_in_child(table: TableDraft, column: str, found: NotNull | None) -> NotNull | None:
    """What a child states is its own: it stays when the parent's goes."""
    if found is None and table.options.inherits:
        return NotNull(name=usual(table, column), generated_name=True)
    return found


def usual(table: TableDraft, column: str) -> str:
    """The name that the server makes up."""
    return generated_name(table.name, column, "not_null")


def find_not_null(table: TableDraft, name: str) -> Column | None:
    """The column whose NOT NULL bears this name."""
    for column in table.columns.values():
        if column.nullable:
            continue
        if name == (usual(table, column.name) if column.not_null is None else column.not_null.name):
            return column
    return None


def refuse_taken(cursor: Cursor, state: State, table: TableDraft, name: str, token: Token) -> None:
    """Raise DuplicateObjectError where another constraint of the table bears this name."""
    if name in table.constraints:
        raise state.duplicate(cursor, table.child(Kind.CONSTRAINT, name), token)


def change_not_null(table: TableDraft, column: Column, **changes: object) -> None:
    """Put `changes` to what is said of a column's NOT NULL."""
    old = column.not_null or NotNull(name=usual(table, column.name), generated_name=True)
    new = replace(old, **changes)  # type: ignore[arg-type]
    table.columns[column.name] = replace(column, not_null=None if is_plain(new) and new.local else new)
