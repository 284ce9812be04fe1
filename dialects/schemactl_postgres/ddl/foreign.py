"""Steps for foreign data wrappers and servers, and the OPTIONS that tables and columns have as well."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.changes import Alter, Create, Drop
from schemactl.errors import ImpossibleError
from schemactl.model import Extension, ForeignOptions, ForeignServer, ForeignWrapper, ObjectKey, Table
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.ddl.routine_names import bare_name
from schemactl_postgres.inheritance import parents_of
from schemactl_postgres.options import Foreign, TableOptions
from schemactl_postgres.sql import literal, quoted


def at(table: Table) -> Foreign | None:
    """What makes a table a foreign one; None where it is an ordinary one."""
    return table.options.foreign if isinstance(table.options, TableOptions) else None


def beneath(context: Context, key: ObjectKey) -> ObjectKey | None:
    """A foreign table that stays among the children of a table, or theirs; None where there is none."""
    found = [key]
    for one in found:
        for other, table in context.tables.items():
            if one in parents_of(table) and other in context.live and other not in found:
                if at(table) is not None:
                    return other
                found.append(other)
    return None


def options(settings: ForeignOptions) -> str:
    """` OPTIONS (...)` of something new; nothing where there are none."""
    return f" OPTIONS ({', '.join(f'{quoted(n)} {literal(v).strip()}' for n, v in settings)})" if settings else ""


def option_changes(was: ForeignOptions, shall: ForeignOptions) -> str:
    """`OPTIONS (ADD ..., SET ..., DROP ...)`; empty where nothing differs."""
    old, new = dict(was), dict(shall)
    words = [f"DROP {quoted(name)}" for name in old if name not in new]
    for name, value in shall:
        if old.get(name) != value:
            words.append(f"{'SET' if name in old else 'ADD'} {quoted(name)} {literal(value).strip()}")
    return f"OPTIONS ({', '.join(words)})" if words else ""


def wrapper(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    match change:
        case Create(after=ForeignWrapper() as it):
            words = "".join(
                f" {word} {_called(function)}"
                for word, function in (("HANDLER", it.handler), ("VALIDATOR", it.validator))
                if function is not None
            )
            yield context.step(
                f"CREATE FOREIGN DATA WRAPPER {quoted(it.name)}{words}{options(it.settings)}",
                key,
                "create",
                change.because or "new foreign data wrapper",
                creates={key},
                needs={*it.uses, *_new_extensions(context)},
                rank=rank.FOREIGN_WRAPPER,
            )
            yield from comment(context, key, it.comment)
        case Drop(before=ForeignWrapper() as was):
            if key not in context.after:
                _refuse_users(context, key, [s.key for s in _servers(context) if s.by == key])
            yield context.step(
                f"DROP FOREIGN DATA WRAPPER {quoted(was.name)}",
                key,
                "drop",
                change.because or "not in the desired schema",
                destroys={key},
                frees=was.uses,
                rank=rank.DROP_FOREIGN_WRAPPER,
            )
        case Alter(before=ForeignWrapper() as was, after=ForeignWrapper() as it):
            words = "".join(
                f" {word} {_called(new)}" if new is not None else f" NO {word}"
                for word, old, new in (("HANDLER", was.handler, it.handler), ("VALIDATOR", was.validator, it.validator))
                if old != new
            )
            if changes := option_changes(was.settings, it.settings):
                words += f" {changes}"
            if words:
                yield context.step(
                    f"ALTER FOREIGN DATA WRAPPER {quoted(it.name)}{words}",
                    key,
                    "alter",
                    "definition differs",
                    needs=it.uses,
                    frees=was.uses,
                    rank=rank.FOREIGN_WRAPPER,
                )
            if it.comment != was.comment:
                yield from comment(context, key, it.comment, always=True)


def server(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    match change:
        case Create(after=ForeignServer() as it):
            type_ = f" TYPE {literal(it.type).strip()}" if it.type is not None else ""
            version = f" VERSION {literal(it.version).strip()}" if it.version is not None else ""
            yield context.step(
                f"CREATE SERVER {quoted(it.name)}{type_}{version}"
                f" FOREIGN DATA WRAPPER {quoted(it.wrapper)}{options(it.settings)}",
                key,
                "create",
                change.because or "new foreign server",
                creates={key},
                needs={it.by, *_new_extensions(context)},
                rank=rank.FOREIGN_SERVER,
            )
            yield from comment(context, key, it.comment)
        case Drop(before=ForeignServer() as was):
            _refuse_mappings(context, key)
            if key not in context.after:
                _refuse_users(context, key, [t.key for t in context.tables.values() if (f := at(t)) and f.at == key])
            yield context.step(
                f"DROP SERVER {quoted(was.name)}",
                key,
                "drop",
                change.because or "not in the desired schema",
                destroys={key},
                frees={was.by, *was.uses},
                rank=rank.DROP_FOREIGN_SERVER,
            )
        case Alter(before=ForeignServer() as was, after=ForeignServer() as it):
            words = ""
            if it.version != was.version:
                words = f" VERSION {'NULL' if it.version is None else literal(it.version).strip()}"
            if changes := option_changes(was.settings, it.settings):
                words += f" {changes}"
            if words:
                yield context.step(
                    f"ALTER SERVER {quoted(it.name)}{words}",
                    key,
                    "alter",
                    "definition differs",
                    needs={key},
                    rank=rank.FOREIGN_SERVER,
                )
            if it.comment != was.comment:
                yield from comment(context, key, it.comment, always=True)


def is_replaced(change: Alter) -> bool:
    """Whether a server must be made anew: its wrapper and its type stay as they are."""
    match change:
        case Alter(before=ForeignServer() as was, after=ForeignServer() as it):
            return (was.wrapper, was.type) != (it.wrapper, it.type)
        case _:
            return False


def _called(function: ObjectKey) -> str:
    name = quoted(bare_name(function))
    return name if function.schema == "pg_catalog" else f"{quoted(function.schema)}.{name}"


def _new_extensions(context: Context) -> set[ObjectKey]:
    """Extensions that this plan makes: any of them may bring the wrapper, or its functions."""
    return {o.key for o in context.desired.objects if isinstance(o, Extension)}


def _servers(context: Context) -> list[ForeignServer]:
    return [o for o in context.desired.objects if isinstance(o, ForeignServer)]


def _refuse_users(context: Context, key: ObjectKey, users: list[ObjectKey]) -> None:
    if users:
        raise ImpossibleError(
            f"{users[0]} uses {key}, which is live, and which the desired schema does not create",
            subject=str(users[0]),
            hint=f"create it in the desired schema too, or leave it out of care: --exclude '{key.path}'",
        )


def _refuse_mappings(context: Context, key: ObjectKey) -> None:
    """A user mapping holds credentials: it is never dropped, nor can it be made again."""
    mappings = [u.key.path for u in context.actual.unmanaged if u.on == key]
    if mappings:
        raise ImpossibleError(
            f"{key} would have to go, and user mappings stand on it: {', '.join(mappings)}",
            subject=str(key),
            hint="user mappings hold credentials, and are left alone: drop them by hand first, or keep the server",
        )
