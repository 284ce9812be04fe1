"""NOT NULL, which is an object with a name from Postgres 18 on: set, named, validated, handed down, commented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.errors import ImpossibleError
from schemactl.model import Check, Column, Kind, NotNull, ObjectKey, PrimaryKey
from schemactl.steps import Step
from schemactl_postgres.ddl import rank, reach
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context, owning_table
from schemactl_postgres.ddl.online import not_nulls as online
from schemactl_postgres.inheritance import parents_of
from schemactl_postgres.names import generated_name
from schemactl_postgres.sql import qualified, quoted


def said(key: ObjectKey, it: Column) -> NotNull:
    """What there is to say of the NOT NULL of a column, its name included."""
    return it.not_null or NotNull(name=usual(key), generated_name=True)


def usual(key: ObjectKey) -> str:
    """The name that the server makes up for the NOT NULL of a column."""
    return generated_name(key.table, key.name, "not_null")


def is_stated(it: NotNull) -> bool:
    """Whether it has to be written with its name: one that is commented on is found by it."""
    return not it.generated_name or it.comment is not None


def clause(it: Column) -> str:
    """` CONSTRAINT name NOT NULL NO INHERIT`, as far as it is needed, behind a column; one NOT VALID is added later."""
    if it.nullable or not _is_valid(it):
        return ""
    if it.not_null is None:
        return "NOT NULL"
    name = f"CONSTRAINT {quoted(it.not_null.name)} " if is_stated(it.not_null) else ""
    return f"{name}NOT NULL{' NO INHERIT' if it.not_null.no_inherit else ''}"


def table_clause(it: Column) -> str:
    """`CONSTRAINT name NOT NULL column ...` among the constraints of a table."""
    assert it.not_null is not None
    name = f"CONSTRAINT {quoted(it.not_null.name)} " if is_stated(it.not_null) else ""
    no_inherit = " NO INHERIT" if it.not_null.no_inherit else ""
    return f"{name}NOT NULL {quoted(it.name)}{no_inherit}{'' if _is_valid(it) else ' NOT VALID'}"


def _is_valid(it: Column) -> bool:
    return it.not_null is None or it.not_null.validated


def constraint_key(column: ObjectKey, name: str) -> ObjectKey:
    return replace(column, kind=Kind.CONSTRAINT, name=name)


def set_(context: Context, key: ObjectKey, it: Column, reason: str = "NULL is not desired") -> Iterator[Step]:
    """For a column that takes NULL until now."""
    found = said(key, it)
    plain = not is_stated(found) and found == NotNull(name=found.name)
    sql = f"ALTER COLUMN {quoted(it.name)} SET NOT NULL" if plain else f"ADD {table_clause(it)}"
    cost = "add_check_not_valid"
    if found.validated:
        cost = "set_not_null_proved" if _is_proved(context, key) else "set_not_null"
    creates = {key, constraint_key(key, found.name)}
    if cost == "set_not_null" and context.goes_online(owning_table(key)):
        yield from online.set_(context, key, it, found, sql, reason)
    else:
        yield _step(context, key, sql, reason, cost, creates=creates)
    yield from commented(context, key, it, None)


def _is_proved(context: Context, key: ObjectKey) -> bool:
    """Whether checks that stay say the same of the column, and of that of each heir: the server reads no row then."""
    for table in (owning_table(key), *reach.heirs(context, owning_table(key))):
        live, goal = context.live.get(table), context.tables.get(table)
        if live is None or goal is None:
            return False
        escaped = key.name.replace('"', '""')
        checks = [c for c in live.constraints if isinstance(c, Check) and c.validated and c.enforced]
        if not any(c in goal.constraints and c.expression.canonical == f'("{escaped}" IS NOT NULL)' for c in checks):
            return False
    return True


def beside(context: Context, key: ObjectKey, it: Column) -> Iterator[Step]:
    """For a new column: what its definition cannot say."""
    if _is_valid(it):
        yield from commented(context, key, it, None)
        return
    for step in set_(context, key, it, reason="is to be NOT VALID"):
        yield replace(step, creates=frozenset(k for k in step.creates if k != key), needs=step.needs | {key})


def drop(context: Context, key: ObjectKey, was: Column, reason: str = "NULL is desired") -> Step:
    """DROP NOT NULL. A primary key that goes in the same plan must be gone before."""
    live = context.live.get(owning_table(key))
    primary = [c.name for c in live.constraints if isinstance(c, PrimaryKey)] if live else []
    return replace(
        _step(context, key, f"ALTER COLUMN {quoted(was.name)} DROP NOT NULL", reason, "alter_column"),
        destroys=frozenset({constraint_key(key, said(key, was).name)}),
        follows=frozenset(constraint_key(key, name) for name in primary),
    )


def altered(context: Context, key: ObjectKey, was: Column, it: Column) -> Iterator[Step]:
    """For a column that is NOT NULL before and after."""
    if was.not_null == it.not_null or was.nullable or it.nullable:
        return
    old, new = said(key, was), said(key, it)
    if old.validated and not new.validated:
        yield drop(context, key, was, reason="is to be NOT VALID")
        yield from set_(context, key, it, reason="in its new form")
        return
    name = quoted(new.name)
    if old.name != new.name:
        _refuse_other_names(context, key, old.name)
        step = _step(
            context,
            key,
            f"RENAME CONSTRAINT {quoted(old.name)} TO {name}",
            "NOT NULL under another name",
            "rename_check",
        )
        made, gone = constraint_key(key, new.name), constraint_key(key, old.name)
        yield replace(step, creates=step.creates | {made}, destroys=frozenset({gone}))
    if old.no_inherit != new.no_inherit:
        word = "NO INHERIT" if new.no_inherit else "INHERIT"
        reason = "is not for children" if new.no_inherit else "is for children too"
        cost = "alter_column" if new.no_inherit else "set_not_null"
        yield _after_rename(_step(context, key, f"ALTER CONSTRAINT {name} {word}", reason, cost), key, old, new)
    if new.validated and not old.validated:
        yield _after_rename(online.validated(context, key, new.name), key, old, new)
    yield from commented(context, key, it, was)


def _after_rename(step: Step, key: ObjectKey, old: NotNull, new: NotNull) -> Step:
    return replace(step, needs=step.needs | {constraint_key(key, new.name)}) if old.name != new.name else step


def commented(context: Context, key: ObjectKey, it: Column, was: Column | None) -> Iterator[Step]:
    """COMMENT ON CONSTRAINT, once the column has its NOT NULL."""
    if it.nullable:
        return
    found = said(key, it)
    old = said(key, was).comment if was is not None else None
    if found.comment != old:
        for step in comment(context, constraint_key(key, found.name), found.comment, always=True):
            yield replace(step, needs=frozenset({key}))


def _refuse_other_names(context: Context, key: ObjectKey, name: str) -> None:
    """The server renames in all children along, and only where each has it under the very same name."""
    tables = [owning_table(key)]
    for table in tables:
        for other in context.live.values():
            column = other.column(key.name)
            if table not in parents_of(other) or column is None or other.key in tables:
                continue
            mine = said(other.child(Kind.COLUMN, key.name), column)
            if mine.name != name and not column.nullable:
                raise ImpossibleError(
                    f"the NOT NULL of {key.path} cannot be renamed: in {other.key.path} it is called {mine.name}",
                    subject=key.path,
                    hint="leave the name out of the desired schema",
                )
            tables.append(other.key)


def _step(
    context: Context, key: ObjectKey, action: str, reason: str, cost: str, *, creates: set[ObjectKey] | None = None
) -> Step:
    table = owning_table(key)
    return context.step(
        f"ALTER TABLE {qualified(table)} {action}",
        key,
        "alter",
        reason,
        cost=cost,
        table=table,
        creates=creates if creates is not None else {key},
        rank=rank.ALTER,
    )
