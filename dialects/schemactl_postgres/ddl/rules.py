"""Steps for rules."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.changes import Alter, Create, Drop
from schemactl.model import Kind, ObjectKey, Rule
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.context import Context, column_key
from schemactl_postgres.ddl.triggers import ENABLE
from schemactl_postgres.sql import literal, qualified, quoted


def rule(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    match change:
        case Create(after=Rule() as it, because=because):
            yield _made(context, it, "CREATE RULE", "create", because or "new rule")
            yield from _enabled(context, it, "O")
            yield from _comment(context, it, None)
        case Drop(before=Rule() as was, because=because):
            yield context.step(
                f"DROP RULE {quoted(was.name)} ON {_table(was)}",
                was.key,
                "drop",
                because or "not in the desired schema",
                cost="instant",
                table=_owner(context, was),
                destroys={was.key},
                frees=was.uses,
                rank=rank.DROP_VIEW,
            )
        case Alter(before=Rule() as was, after=Rule() as it):
            if (was.event, was.body) != (it.event, it.body):
                yield _made(context, it, "CREATE OR REPLACE RULE", "alter", "differs", was)
            yield from _enabled(context, it, was.enabled)
            yield from _comment(context, it, was.comment)


def _owner(context: Context, it: Rule) -> ObjectKey:
    return context.owner(it.key)


def _table(it: Rule) -> str:
    return qualified(ObjectKey(kind=Kind.TABLE, schema=it.schema, name=it.table))


def _made(context: Context, it: Rule, words: str, action: str, reason: str, was: Rule | None = None) -> Step:
    needed = {_owner(context, it), *it.uses}
    for key in tuple(needed):
        if key in context.tables:
            needed |= {column_key(key, c.name) for c in context.tables[key].columns}
    return context.step(
        f"{words} {quoted(it.name)} AS ON {it.event} TO {_table(it)}\n{it.body.text}",
        it.key,
        "create" if action == "create" else "alter",
        reason,
        cost="create_rule",
        table=_owner(context, it),
        others={"written": [key for key in it.uses if key.kind in (Kind.TABLE, Kind.VIEW)]},
        creates={it.key},
        needs=needed,
        frees=set(was.uses) - needed if was else (),
        rank=rank.VIEW,
    )


def _enabled(context: Context, it: Rule, was: str) -> Iterator[Step]:
    if it.enabled != was:
        yield context.step(
            f"ALTER TABLE {_table(it)} {ENABLE[it.enabled]} RULE {quoted(it.name)}",
            it.key,
            "alter",
            "is to apply at other times" if it.enabled != "D" else "is to be disabled",
            cost="instant",
            table=_owner(context, it),
            needs={it.key},
            rank=rank.TRIGGER,
        )


def _comment(context: Context, it: Rule, was: str | None) -> Iterator[Step]:
    if it.comment != was:
        yield context.step(
            f"COMMENT ON RULE {quoted(it.name)} ON {_table(it)} IS "
            f"{'NULL' if it.comment is None else literal(it.comment).strip()}",
            it.key,
            "comment",
            "no comment is desired" if it.comment is None else "comment differs",
            needs={it.key},
            rank=rank.COMMENT,
        )
