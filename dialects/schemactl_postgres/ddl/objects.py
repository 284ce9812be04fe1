"""Steps for what stands by itself: schemas, extensions, sequences."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.changes import Alter, Create, Drop
from schemactl.model import Extension, ObjectKey, Schema, Sequence
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context, owning_table, relation_name, schema_of
from schemactl_postgres.ddl.counter import clamped, counted_on, is_out_of_reach
from schemactl_postgres.ddl.definitions import sequence_options
from schemactl_postgres.sql import literal, qualified, quoted


def schema(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    match change:
        case Create(after=Schema() as it):
            yield context.step(
                f"CREATE SCHEMA {quoted(it.name)}", key, "create", "new schema", creates={key}, rank=rank.SCHEMA
            )
            yield from comment(context, key, it.comment)
        case Drop():
            yield context.step(
                f"DROP SCHEMA {quoted(key.name)}",
                key,
                "drop",
                "not in the desired schema",
                cost="drop_schema",
                destroys={key},
                rank=rank.DROP_SCHEMA,
            )
        case Alter(after=Schema() as it):
            yield from comment(context, key, it.comment, always=True)


def extension(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    match change:
        case Create(after=Extension() as it):
            where = f" WITH SCHEMA {quoted(it.schema)}" if it.schema else ""
            version = f" VERSION {literal(it.version).strip()}" if it.version else ""
            yield context.step(
                f"CREATE EXTENSION {quoted(it.name)}{where}{version}",
                key,
                "create",
                "new extension",
                creates={key},
                needs=schema_named(it.schema),
                rank=rank.EXTENSION,
            )
            yield from comment(context, key, it.comment)
        case Drop(before=Extension() as it):
            yield context.step(
                f"DROP EXTENSION {quoted(it.name)}",
                key,
                "drop",
                "not in the desired schema",
                cost="drop_extension",
                destroys={key},
                frees=schema_named(it.schema),
                rank=rank.DROP_EXTENSION,
            )
        case Alter(before=Extension() as was, after=Extension() as it):
            if it.schema and it.schema != was.schema:
                yield context.step(
                    f"ALTER EXTENSION {quoted(it.name)} SET SCHEMA {quoted(it.schema)}",
                    key,
                    "alter",
                    f"schema {was.schema} → {it.schema}",
                    creates={key},
                    needs=schema_named(it.schema),
                    frees=schema_named(was.schema),
                    rank=rank.EXTENSION,
                )
            if it.version and it.version != was.version:
                yield context.step(
                    f"ALTER EXTENSION {quoted(it.name)} UPDATE TO {literal(it.version).strip()}",
                    key,
                    "alter",
                    f"version {was.version} → {it.version}",
                    cost="update_extension",
                    creates={key},
                    rank=rank.EXTENSION,
                )
            if it.comment != was.comment:
                yield from comment(context, key, it.comment, always=True)


def schema_named(name: str | None) -> frozenset[ObjectKey]:
    return frozenset({Schema(name=name).key}) if name else frozenset()


def sequence(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    name = relation_name(key.schema, key.name)
    match change:
        case Create(after=Sequence() as it):
            kind = "UNLOGGED SEQUENCE" if it.unlogged else "SEQUENCE"
            type_ = "" if it.type.text == "bigint" else f" AS {it.type.text}"
            options = sequence_options(it.options, type_=it.type.text)
            yield context.step(
                f"CREATE {kind} {qualified(key)}{type_}{' ' if options else ''}{options}",
                key,
                "create",
                "new sequence",
                creates={key, name},
                needs=schema_of(key),
                rank=rank.SEQUENCE,
            )
            if it.owned_by:
                yield _owned(context, it, None)
                if _has_values(context, it.owned_by):
                    yield counted_on(context, it.owned_by, it.options.increment, needed=it.key)
            yield from comment(context, key, it.comment)
        case Drop(before=Sequence() as it):
            yield context.step(
                f"DROP SEQUENCE {qualified(key)}",
                key,
                "drop",
                "not in the desired schema",
                cost="drop_sequence",
                table=key,
                destroys={key, name},
                frees=schema_of(key),
                rank=rank.DROP_SEQUENCE,
            )
        case Alter(before=Sequence() as was, after=Sequence() as it):
            yield from _altered(context, was, it)


def _has_values(context: Context, column: ObjectKey) -> bool:
    """Whether the column is there, and stays."""
    table = context.live.get(owning_table(column))
    return table is not None and table.column(column.name) is not None and not {table.key, column} & context.dropped


def _altered(context: Context, was: Sequence, it: Sequence) -> Iterator[Step]:
    words = []
    if it.type.text != was.type.text:
        words.append(f"AS {it.type.text}")
    if options := sequence_options(it.options, type_=it.type.text, before=was.options):
        words.append(options)
    if is_out_of_reach(was.options, it.options):
        words.append(f"RESTART WITH {it.options.start}")
    yield from clamped(context, it.key, it.key, was.options, it.options)
    if words:
        yield context.step(
            f"ALTER SEQUENCE {qualified(it.key)} {' '.join(words)}",
            it.key,
            "alter",
            "options differ",
            cost="alter_sequence",
            table=it.key,
            creates={it.key},
            needs=schema_of(it.key),
            rank=rank.ALTER,
        )
    if it.unlogged != was.unlogged:
        yield context.step(
            f"ALTER SEQUENCE {qualified(it.key)} SET {'UNLOGGED' if it.unlogged else 'LOGGED'}",
            it.key,
            "alter",
            "persistence differs",
            cost="sequence_persistence",
            table=it.key,
            creates={it.key},
            rank=rank.ALTER,
        )
    if it.owned_by != was.owned_by:
        yield _owned(context, it, was)
    if it.comment != was.comment:
        yield from comment(context, it.key, it.comment, always=True)


def _owned(context: Context, it: Sequence, was: Sequence | None) -> Step:
    owner = "NONE"
    if it.owned_by:
        table = f"{quoted(it.owned_by.schema)}.{quoted(it.owned_by.table)}"
        owner = f"{table}.{quoted(it.owned_by.name)}"
    return context.step(
        f"ALTER SEQUENCE {qualified(it.key)} OWNED BY {owner}",
        it.key,
        "alter",
        "belongs to another column" if was else "belongs to its column",
        cost="alter_sequence",
        table=it.key,
        needs={it.key} | ({it.owned_by} if it.owned_by else set()),
        frees={was.owned_by} if was and was.owned_by else set(),
        rank=rank.OWNER,
    )
