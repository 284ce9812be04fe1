"""Steps for publications, and for what they say of tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.model import ObjectKey, Publication, PublishedTable
from schemactl.model.publications import PUBLISHABLE
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.ddl.objects import schema_named
from schemactl_postgres.sql import names, parenthesised, qualified, quoted


def publication(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    match change:
        case Create(after=Publication() as it):
            parameters = _parameters(it, Publication(name=it.name))
            yield context.step(
                f"CREATE PUBLICATION {quoted(it.name)}"
                + (" FOR ALL TABLES" if it.all_tables else "")
                + (f" FOR TABLES IN SCHEMA {names(it.schemas)}" if it.schemas else "")
                + (f" WITH ({parameters})" if parameters else ""),
                key,
                "create",
                change.because or "new publication",
                creates={key},
                needs={k for schema in it.schemas for k in schema_named(schema)},
                rank=rank.PUBLICATION,
            )
            yield from comment(context, key, it.comment)
        case Drop(before=Publication() as was):
            tables = {o.key for o in context.actual.objects if isinstance(o, PublishedTable) and o.publication == key}
            freed = {k for schema in was.schemas for k in schema_named(schema)}
            freed |= {k for o in context.actual.objects if o.key in tables for k in getattr(o, "uses", ())}
            yield context.step(
                f"DROP PUBLICATION {quoted(was.name)}",
                key,
                "drop",
                change.because or "not in the desired schema",
                cost="drop_publication",
                destroys={key, *tables},
                frees=freed - {key},
                rank=rank.DROP_PUBLICATION,
            )
        case Alter(before=Publication() as was, after=Publication() as it):
            yield from _altered(context, was, it)


def is_replaced(change: Alter) -> bool:
    """Whether no ALTER can do it: FOR ALL TABLES comes and goes with the publication; a table is taken out and back."""
    match change:
        case Alter(before=Publication() as was, after=Publication() as it):
            return was.all_tables != it.all_tables
        case Alter(before=PublishedTable(), after=PublishedTable()):
            return True
        case _:
            return False


def _altered(context: Context, was: Publication, it: Publication) -> Iterator[Step]:
    if words := _parameters(it, was):
        yield _alter(context, it.key, f"SET ({words})", "parameters differ", rank.PUBLICATION)
    gone = tuple(s for s in was.schemas if s not in it.schemas)
    if gone:
        step = _alter(context, it.key, f"DROP TABLES IN SCHEMA {names(gone)}", "not desired", rank.WITHDRAW)
        yield replace(step, frees=frozenset(k for schema in gone for k in schema_named(schema)))
    if new := tuple(s for s in it.schemas if s not in was.schemas):
        step = _alter(context, it.key, f"ADD TABLES IN SCHEMA {names(new)}", "desired", rank.PUBLICATION)
        yield replace(step, needs=step.needs | {k for schema in new for k in schema_named(schema)})
    if it.comment != was.comment:
        yield from comment(context, it.key, it.comment, always=True)


def _alter(context: Context, key: ObjectKey, words: str, reason: str, at: int) -> Step:
    return context.step(f"ALTER PUBLICATION {quoted(key.name)} {words}", key, "alter", reason, needs={key}, rank=at)


def _parameters(it: Publication, was: Publication) -> str:
    words = []
    if it.publish != was.publish:
        words.append(f"publish = '{', '.join(p for p in PUBLISHABLE if p in it.publish)}'")
    if it.generated_columns != was.generated_columns:
        words.append(f"publish_generated_columns = {it.generated_columns}")
    if it.via_partition_root != was.via_partition_root:
        words.append(f"publish_via_partition_root = {'true' if it.via_partition_root else 'false'}")
    return ", ".join(words)


def published_table(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    match change:
        case Create(after=PublishedTable() as it):
            columns = f" ({names(it.columns)})" if it.columns else ""
            where = f" WHERE {parenthesised(it.where.text)}" if it.where is not None else ""
            yield context.step(
                f"ALTER PUBLICATION {quoted(it.name)} ADD TABLE ONLY {qualified(it.on)}{columns}{where}",
                it.key,
                "create",
                change.because or "is to be published",
                cost="light",
                table=it.on,
                creates={it.key},
                needs={*it.uses, *(it.where.uses if it.where is not None else ())},
                rank=rank.PUBLISH,
            )
        case Drop(before=PublishedTable() as was):
            yield context.step(
                f"ALTER PUBLICATION {quoted(was.name)} DROP TABLE ONLY {qualified(was.on)}",
                was.key,
                "drop",
                change.because or "is not to be published",
                cost="light",
                table=was.on,
                destroys={was.key},
                frees=was.uses,
                rank=rank.WITHDRAW,
            )


def go_along(changes: Sequence[Change], dropped: Set[ObjectKey]) -> set[ObjectKey]:
    """What the server takes out of publications with a table, or with the publication itself."""
    made = {c.key for c in changes if isinstance(c, Create)}
    going = dropped - made
    return {
        c.key
        for c in changes
        if isinstance(c, Drop)
        and isinstance(c.before, PublishedTable)
        and (c.before.on in going or c.before.publication in dropped)
    }
