"""What is no table: schemas, extensions, enums, sequences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schemactl.model import (
    DataType,
    Enum,
    Extension,
    Identity,
    Kind,
    ObjectKey,
    Schema,
    Sequence,
    SequenceOptions,
    Unsupported,
)
from schemactl_postgres.inspect.rows import ExtensionRow, SchemaRow, SequenceRow, TypeRow
from schemactl_postgres.names import INITIAL_COMMENTS, generated_name


def schemas(rows: Iterable[SchemaRow]) -> Iterator[Schema]:
    for row in rows:
        initial = INITIAL_COMMENTS.get(row.name)
        yield Schema(name=row.name, comment=None if row.comment == initial else row.comment)


def extensions(rows: Iterable[ExtensionRow]) -> Iterator[Extension]:
    for row in rows:
        yield Extension(name=row.name, schema=row.schema, version=row.version, comment=row.comment)


def types(rows: Iterable[TypeRow]) -> tuple[list[Enum], frozenset[tuple[str, str]]]:
    """The enums in scope, and (schema, name) of all other types."""
    enums, others = [], []
    for row in rows:
        if row.enum_values is None:
            others.append((row.schema, row.name))
        else:
            values = tuple(row.enum_values)
            enums.append(Enum(schema=row.schema, name=row.name, values=values, comment=row.comment))
    return enums, frozenset(others)


def sequences(rows: Iterable[SequenceRow]) -> Iterator[Sequence]:
    """All but those of identity columns."""
    for row in rows:
        if row.dependency != "i":
            yield Sequence(
                schema=row.schema,
                name=row.name,
                type=DataType(text=row.type),
                options=_options(row),
                owned_by=_owner(row),
                unlogged=row.unlogged,
                comment=row.comment,
            )


def refused_sequences(rows: Iterable[SequenceRow]) -> Iterator[Unsupported]:
    """What the model cannot hold of the sequences of identity columns."""
    for row in rows:
        if row.dependency == "i" and row.comment is not None:
            key = ObjectKey(kind=Kind.SEQUENCE, schema=row.schema, name=row.name)
            yield Unsupported(key=key, what="a comment on the sequence of an identity column")


def identity(row: SequenceRow, kind: str) -> Identity:
    """`kind` is pg_attribute.attidentity: "a" for ALWAYS."""
    assert row.owner_table is not None
    generated = generated_name(row.owner_table, row.owner_column, "seq")
    return Identity(always=kind == "a", options=_options(row), sequence=None if row.name == generated else row.name)


def _options(row: SequenceRow) -> SequenceOptions:
    return SequenceOptions(
        start=row.start,
        increment=row.increment,
        minimum=row.minimum,
        maximum=row.maximum,
        cache=row.cache,
        cycle=row.cycle,
    )


def _owner(row: SequenceRow) -> ObjectKey | None:
    if row.owner_table is None or row.owner_column is None:
        return None
    # A sequence stands in the schema of the table that owns it: the server sees to it.
    return ObjectKey(kind=Kind.COLUMN, schema=row.schema, table=row.owner_table, name=row.owner_column)
