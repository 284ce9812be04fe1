"""Collations go down from server to database to table to column; engines come from the server."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Column, DataType, ForeignKey, Schema, Table
from schemactl_mysql.canonical.columns import canonical_column
from schemactl_mysql.canonical.indexes import canonical_constraint, canonical_index
from schemactl_mysql.canonical.partitions import canonical_partitioning, engine_of
from schemactl_mysql.options import ColumnOptions, SchemaOptions, Surroundings, TableOptions
from schemactl_mysql.types import BINARY_TWIN, SIZES, base, is_character

#: Engines of which the server reads a foreign key, makes its index, and keeps no more of it (9.7, 10.11, 11.8).
_WITHOUT_FOREIGN_KEYS = frozenset({"aria", "blackhole", "memory", "mrg_myisam", "myisam"})


def settled_schema(schema: Schema, around: Surroundings) -> Schema:
    options = schema.options if isinstance(schema.options, SchemaOptions) else SchemaOptions()
    found = _collation(options.charset, options.collation, around)
    return replace(
        schema, options=replace(options, charset=None, collation=found or around.collations.get(schema.name))
    )


def settled_table(table: Table, around: Surroundings, collation: str | None, *, printed: bool) -> Table:
    """`collation` is the database's; `printed` says that the server printed the table."""
    options = table.options if isinstance(table.options, TableOptions) else TableOptions()
    own = _collation(options.charset, options.collation, around) or collation
    partitioning = options.partitioning
    stated = options.engine or (engine_of(partitioning) if partitioning else None)
    engine = next((e for e in around.engines if e.lower() == (stated or around.engine).lower()), stated)
    if partitioning is not None:
        partitioning = canonical_partitioning(partitioning, table, around.flavour)
    options = replace(options, charset=None, collation=own, engine=engine, partitioning=partitioning)
    if (engine or "").lower() in _WITHOUT_FOREIGN_KEYS:
        table = replace(table, constraints=tuple(c for c in table.constraints if not isinstance(c, ForeignKey)))
    columns = tuple(canonical_column(_column(c, around, own, printed=printed), around) for c in table.columns)
    table = replace(table, columns=columns, options=_with_defaults(options))
    return replace(
        table,
        constraints=tuple(canonical_constraint(c, table, around) for c in table.constraints),
        indexes=tuple(canonical_index(i, table, around) for i in table.indexes),
    )


def _with_defaults(options: TableOptions) -> TableOptions:
    """Aria tables have a PAGE_CHECKSUM, said or not, and no ALTER takes the option back."""
    if options.engine != "Aria" or "PAGE_CHECKSUM" in dict(options.other):
        return options
    return replace(options, other=tuple(sorted((*options.other, ("PAGE_CHECKSUM", "1")))))


def _shape(column: Column, options: ColumnOptions) -> Column:
    """MariaDB does not tell reference system 0 from none."""
    options = replace(options, srid=options.srid or None)
    return replace(column, options=options if options != ColumnOptions() else None)


def _collation(charset: str | None, collation: str | None, around: Surroundings) -> str | None:
    """What is stated, by its full name. MariaDB's uca1400_ai_ci is one of the character set that stands beside it."""
    if collation is not None:
        full = f"{charset}_{collation}"
        return full if charset and collation not in around.charset_of and full in around.charset_of else collation
    return around.collation_of.get(charset, f"{charset}_general_ci") if charset else None


def _column(column: Column, around: Surroundings, inherited: str | None, *, printed: bool) -> Column:
    options = column.options if isinstance(column.options, ColumnOptions) else ColumnOptions()
    text = column.type.text
    if not is_character(text):
        return _shape(column, options) if around.flavour.mariadb else column
    found = _collation(options.charset, column.collation, around)
    if options.binary and column.collation is None:
        charset = options.charset or around.charset_of.get(inherited or "")
        found = f"{charset}_bin"
    collation = found or inherited
    charset = around.charset_of.get(collation or "", "")
    if charset == "binary" and base(text) in BINARY_TWIN:
        text, collation = text.replace(base(text), BINARY_TWIN[base(text)], 1), None
    explicit: bool | None = False
    if not around.flavour.mariadb and collation is not None:
        # Printed, COLLATE alone says only that the collation is not its character set's default one.
        explicit = (
            bool(options.charset) or collation != inherited or (None if column.collation and not printed else False)
        )
    options = replace(options, charset=None, binary=False, explicit=explicit)
    return replace(
        column,
        type=DataType(text=_sized(text, around.widths.get(charset, 1))),
        collation=collation,
        options=options if options != ColumnOptions() else None,
    )


def _sized(text: str, width: int) -> str:
    """`text(1000)` is the smallest type that holds so many characters of `width` bytes."""
    kind = base(text)
    if kind not in ("text", "blob") or "(" not in text:
        return text
    needed = int(text.partition("(")[2].rstrip(")")) * (width if kind == "text" else 1)
    return next(size + kind for size, holds in SIZES if needed <= holds)
