"""Functions, procedures, triggers and events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.model import Kind, ObjectKey, Program
from schemactl.steps import Step
from schemactl_mysql.ddl import rank
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.modes import under
from schemactl_mysql.options import EventOptions, Parameter, RoutineOptions, Surroundings, TriggerOptions
from schemactl_mysql.sql import comment as commented
from schemactl_mysql.sql import quoted


def program(context: Context, change: Change) -> Iterator[Step]:
    """An event is altered in place, where the server can; the others are dropped and made again, at once where the server can do that."""
    key = change.key
    match change:
        case Create(after=Program() as it):
            yield _made(context, key, definition(context, it), "create", change.because or "it is new", it)
        case Drop():
            yield _dropped(context, key, change.because or "it is not desired")
        case Alter(before=Program() as old, after=Program() as it) if it.kind is Kind.EVENT and not (
            context.flavour.mariadb and _is_unending(old, it)
        ):
            yield _made(context, key, _alter_event(context, old, it), "alter", "it differs", it)
        case Alter(after=Program() as it) if context.flavour.mariadb:
            yield _made(context, key, definition(context, it, replaces=True), "alter", "its definition differs", it)
        case Alter(after=Program() as it):
            yield _dropped(context, key, "its definition differs")
            yield _made(context, key, definition(context, it), "create", "its definition differs", it)


def _dropped(context: Context, key: ObjectKey, reason: str) -> Step:
    return Step(
        sql=f"DROP {key.kind.upper()} {context.name(key)}",
        key=key,
        action="drop",
        reason=reason,
        transactional=False,
        destroys=frozenset({key}),
        frees=frozenset({key.parent} if key.parent and key.table else ()),
        rank=rank.DROP_PROGRAM,
    )


def _made(context: Context, key: ObjectKey, sql: str, action: str, reason: str, it: Program) -> Step:
    needs: set[ObjectKey] = set()
    if isinstance(it.options, TriggerOptions):
        table = context.tables.get(ObjectKey(kind=Kind.TABLE, schema=it.schema, name=it.table))
        if table is not None:
            needs |= {table.key, *(table.child(Kind.COLUMN, c.name) for c in table.columns)}
        if behind := _behind(it.options):
            needs.add(replace(key, name=behind))
    return Step(
        sql=_under_mode(context, it, sql),
        key=key,
        action=action,
        reason=reason,
        transactional=False,
        creates=frozenset({key}),
        needs=frozenset(needs),
        rank=rank.PROGRAM,
    )


def _under_mode(context: Context, it: Program, sql: str) -> str:
    """A program keeps the sql_mode it is made under, for ever."""
    mode = getattr(it.options, "sql_mode", None)
    around = context.actual.surroundings
    if mode is None or (isinstance(around, Surroundings) and mode == around.program_mode):
        return sql
    return under(mode, sql)


def definition(context: Context, it: Program, *, replaces: bool = False) -> str:
    """The whole CREATE."""
    start = "CREATE OR REPLACE" if replaces else "CREATE"
    definer = getattr(it.options, "definer", None)
    if definer:
        start += f" DEFINER={definer}"
    match it.options:
        case RoutineOptions() as options:
            return f"{start} {_routine(context, it, options)}\n{it.body}"
        case TriggerOptions() as options:
            table = context.name(ObjectKey(kind=Kind.TABLE, schema=it.schema, name=it.table))
            head = f"TRIGGER {context.name(it.key)} {options.timing} {options.event} ON {table} FOR EACH ROW"
            return f"{start} {head}{_place(context, it, options)} {it.body}"
        case EventOptions() as options:
            comment = f" COMMENT {commented(it.comment, options.sql_mode)}" if it.comment else ""
            return (
                f"{start} EVENT {context.name(it.key)} ON SCHEDULE {_schedule(options)}"
                f" ON COMPLETION {'' if options.preserve else 'NOT '}PRESERVE {options.status}{comment} DO {it.body}"
            )
        case _:
            raise AssertionError(it.options)


def _behind(options: TriggerOptions) -> str | None:
    return options.follows if options.behind == "" else options.behind


def _group(it: Program) -> tuple[str, ...]:
    """What the triggers that fire one after the other have in common."""
    assert isinstance(it.options, TriggerOptions)
    return (it.schema, it.table, it.options.timing, it.options.event)


def _place(context: Context, it: Program, options: TriggerOptions) -> str:
    """Behind the one before it; the first goes before the first of those that stay as they are."""
    if behind := _behind(options):
        return f" FOLLOWS {quoted(behind)}"
    chain: dict[str | None, Program] = {}
    for other in context.desired.objects:
        if isinstance(other, Program) and isinstance(other.options, TriggerOptions) and _group(other) == _group(it):
            chain[_behind(other.options)] = other
    live, name = context.actual.by_key(), it.name
    while (after := chain.get(name)) is not None:
        if live.get(after.key) == after:
            return f" PRECEDES {quoted(after.name)}"
        name = after.name
    return ""


def _routine(context: Context, it: Program, options: RoutineOptions) -> str:
    aggregate = "AGGREGATE " if options.aggregate else ""
    parameters, returns = options.written or (
        ", ".join(_parameter(context, p, it.kind) for p in options.parameters),
        _typed(context, options.returns) if options.returns is not None else "",
    )
    words = [f"{aggregate}{it.kind.upper()} {context.name(it.key)}({parameters})"]
    if options.returns is not None:
        words.append(f"RETURNS {returns}")
    if options.deterministic:
        words.append("DETERMINISTIC")
    if options.data != "CONTAINS SQL":
        words.append(options.data)
    if options.invoker:
        words.append("SQL SECURITY INVOKER")
    if it.comment:
        words.append(f"COMMENT {commented(it.comment, options.sql_mode)}")
    return " ".join(words)


def _parameter(context: Context, it: Parameter, kind: Kind) -> str:
    mode = f"{it.mode} " if kind is Kind.PROCEDURE and it.mode != "IN" else ""
    return f"{mode}{quoted(it.name)} {_typed(context, it)}"


def _typed(context: Context, it: Parameter) -> str:
    if it.collation is None:
        return it.type
    charset = context.charset(it.collation)
    return f"{it.type}{f' CHARACTER SET {charset}' if charset else ''} COLLATE {it.collation}"


def _schedule(options: EventOptions) -> str:
    if options.at:
        return f"AT {options.at}"
    starts = f" STARTS {options.starts}" if options.starts else ""
    return f"EVERY {options.every}{starts}" + (f" ENDS {options.ends}" if options.ends else "")


def _is_unending(old: Program, it: Program) -> bool:
    """Whether an event that ended ends no more: ALTER EVENT of MariaDB leaves the end where none is stated."""
    was, shall = old.options, it.options
    assert isinstance(was, EventOptions) and isinstance(shall, EventOptions)
    return bool(was.ends and shall.every and not shall.ends)


def _alter_event(context: Context, old: Program, it: Program) -> str:
    was, shall = old.options, it.options
    assert isinstance(was, EventOptions) and isinstance(shall, EventOptions)
    words = [f"ALTER {f'DEFINER={shall.definer} ' if shall.definer != was.definer else ''}EVENT {context.name(it.key)}"]
    if (was.at, was.every, was.starts, was.ends) != (shall.at, shall.every, shall.starts, shall.ends):
        words.append(f"ON SCHEDULE {_schedule(shall)}")
    if was.preserve != shall.preserve:
        words.append(f"ON COMPLETION {'' if shall.preserve else 'NOT '}PRESERVE")
    if was.status != shall.status:
        words.append(shall.status)
    if old.comment != it.comment:
        words.append(f"COMMENT {commented(it.comment or '', shall.sql_mode)}")
    if old.body != it.body:
        words.append(f"DO {it.body}")
    return " ".join(words)
