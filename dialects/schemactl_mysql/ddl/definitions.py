"""Columns, indexes, constraints and options as they stand in CREATE TABLE and ALTER TABLE."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Check, Column, DataType, ForeignKey, Index, IndexPart, PrimaryKey, Table
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.ddl.partitions import partition_clause
from schemactl_mysql.ddl.versions import without_versions
from schemactl_mysql.options import ColumnOptions, IndexOptions, PartOptions, Period, TableOptions
from schemactl_mysql.sql import literal, names, quoted
from schemactl_mysql.types import is_character


def create_table(
    context: Context, table: Table, *, foreign_keys: tuple[ForeignKey, ...], temporary: bool = False
) -> str:
    """The whole statement; `foreign_keys` are those that stand in it. A temporary one is a probe for the server."""
    if temporary:
        table = without_versions(table)
    options = table_options(table)
    primary = [c for c in table.constraints if isinstance(c, PrimaryKey)]
    checks = [c for c in table.constraints if isinstance(c, Check)]
    parts = [
        *(column(context, c) for c in table.columns),
        *(primary_key(context, c) for c in primary),
        *(index(context, i) for i in table.indexes if not (temporary and i.method == "fulltext")),
        *(period(p) for p in options.periods),
        *(foreign_key(context, k) for k in foreign_keys),
        *(check(context, c) for c in checks),
    ]
    what = "CREATE TEMPORARY TABLE" if temporary else "CREATE TABLE"
    name = quoted(table.name) if temporary else context.name(table.key)
    tail = [
        option_text(table, options, temporary=temporary),
        "" if temporary else partition_clause(options.partitioning),
    ]
    body = ",\n  ".join(parts)
    return f"{what} {name} (\n  {body}\n)" + "".join(f" {t}" if not t.startswith("\n") else t for t in tail if t)


def table_options(table: Table) -> TableOptions:
    return table.options if isinstance(table.options, TableOptions) else TableOptions()


def column_options(it: Column) -> ColumnOptions:
    return it.options if isinstance(it.options, ColumnOptions) else ColumnOptions()


def index_options(options: object) -> IndexOptions:
    return options if isinstance(options, IndexOptions) else IndexOptions()


def option_text(table: Table, options: TableOptions, *, temporary: bool = False) -> str:
    """All options; of a temporary table those alone that it can have and that say what its columns are."""
    if temporary:
        options = TableOptions(engine=options.engine, collation=options.collation)
    words = []
    if options.engine:
        words.append(f"ENGINE={options.engine}")
    if options.auto_increment and options.auto_increment > 1:
        words.append(f"AUTO_INCREMENT={options.auto_increment}")
    if options.collation:
        words.append(collate_text(options))
    if options.row_format:
        words.append(f"ROW_FORMAT={options.row_format}")
    words += [f"{name}={value_text(name, value)}" for name, value in options.other]
    if table.comment:
        words.append(f"COMMENT={literal(table.comment)}")
    if options.system_versioned:
        words.append("WITH SYSTEM VERSIONING")
    return " ".join(words)


def collate_text(options: TableOptions) -> str:
    charset = f"CHARSET={options.charset} " if options.charset else ""
    return f"DEFAULT {charset}COLLATE={options.collation}"


#: Options whose values are strings.
_TEXTS = frozenset({"COMPRESSION", "CONNECTION", "ENCRYPTION", "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE"})


def value_text(name: str, value: str) -> str:
    return literal(value) if name in _TEXTS else value


def period(it: Period) -> str:
    name = it.name if it.name == "SYSTEM_TIME" else quoted(it.name)
    return f"PERIOD FOR {name} ({quoted(it.begin)}, {quoted(it.end)})"


def column(context: Context, it: Column, *, bare: bool = False) -> str:
    """`name type attributes`. A `bare` one is without its name."""
    if context.flavour.mariadb and is_json(it):
        # MODIFY to the type that it stands for would be a change of type to MariaDB, and copy the table.
        options = replace(column_options(it), check=None)
        it = replace(it, type=DataType(text="json"), collation=None, options=options)
    options = column_options(it)
    words = [] if bare else [quoted(it.name)]
    words.append(it.type.text)
    if options.compressed is not None:
        words.append("COMPRESSED" + (f"={options.compressed}" if options.compressed else ""))
    words += _collation(context, it, options)
    if options.srid is not None and context.flavour.mariadb:
        words.append(f"REF_SYSTEM_ID={options.srid}")
    if options.row:
        words.append(f"GENERATED ALWAYS AS ROW {options.row}")
    elif it.generated is not None:
        words.append(f"GENERATED ALWAYS AS ({it.generated.expression.text})")
        words.append("STORED" if it.generated.stored else "VIRTUAL")
    if not it.nullable and not options.row and not (it.generated is not None and context.flavour.mariadb):
        words.append("NOT NULL")
    elif it.nullable and it.type.text.startswith("timestamp") and it.generated is None:
        words.append("NULL")
    words += _behaviour(context, it, options)
    return " ".join(words)


def is_json(it: Column) -> bool:
    """Whether this is what MariaDB makes of its alias `json`."""
    return it.type.text == "longtext" and it.collation == "utf8mb4_bin" and holds_json(it)


def holds_json(it: Column) -> bool:
    """Whether MariaDB takes the column for one of JSON, whatever type its text has: its check says so."""
    check = column_options(it).check
    return check is not None and check.text == f"json_valid({quoted(it.name)})"


def _collation(context: Context, it: Column, options: ColumnOptions) -> list[str]:
    if it.collation is None or not is_character(it.type.text):
        return []
    if context.flavour.mariadb or options.explicit:
        charset = context.charset(it.collation)
        return [*([f"CHARACTER SET {charset}"] if charset else []), f"COLLATE {it.collation}"]
    return []


def _behaviour(context: Context, it: Column, options: ColumnOptions) -> list[str]:
    """From DEFAULT on, in the order that both servers take."""
    words = []
    if options.srid is not None and not context.flavour.mariadb:
        words.append(f"SRID {options.srid}")
    if options.invisible and it.generated is None:
        words.append("INVISIBLE")
    if options.versioned is not None:
        words.append(f"{'WITH' if options.versioned else 'WITHOUT'} SYSTEM VERSIONING")
    if it.default is not None:
        words.append(f"DEFAULT {it.default.text}")
    if options.on_update is not None:
        words.append(f"ON UPDATE {options.on_update.text}")
    if options.auto_increment:
        words.append("AUTO_INCREMENT")
    if options.invisible and it.generated is not None:
        words.append("INVISIBLE")
    words += [f"{name}={value}" for name, value in options.other]
    if it.comment:
        words.append(f"COMMENT {literal(it.comment)}")
    if options.check is not None:
        words.append(f"CHECK ({options.check.text})")
    return words


def index(context: Context, it: Index) -> str:
    """`UNIQUE KEY name (parts) options`."""
    options = index_options(it.options)
    kind = {"btree": "", "fulltext": "FULLTEXT ", "spatial": "SPATIAL ", "vector": "VECTOR "}.get(it.method, "")
    unique = "UNIQUE " if it.unique else ""
    return f"{kind or unique}KEY {quoted(it.name)} " + _index_body(context, it.parts, options, it.comment)


def primary_key(context: Context, it: PrimaryKey) -> str:
    options = index_options(it.options)
    parts = options.parts or tuple(IndexPart(column=c) for c in it.columns)
    return "PRIMARY KEY " + _index_body(context, parts, options, it.comment)


def _index_body(context: Context, parts: tuple[IndexPart, ...], options: IndexOptions, comment: str | None) -> str:
    items = [_part(p) for p in parts]
    if options.without_overlaps:
        items.append(f"{quoted(options.without_overlaps)} WITHOUT OVERLAPS")
    words = [f"({', '.join(items)})"]
    if options.key_block_size:
        words.append(f"KEY_BLOCK_SIZE={options.key_block_size}")
    if options.using:
        words.append(f"USING {options.using.upper()}")
    if options.parser:
        words.append(f"WITH PARSER {quoted(options.parser)}")
    words += [f"{name}={value}" for name, value in options.spelled]
    if comment:
        words.append(f"COMMENT {literal(comment)}")
    if options.invisible:
        words.append(hidden(context))
    return " ".join(words)


def hidden(context: Context) -> str:
    return "IGNORED" if context.flavour.mariadb else "INVISIBLE"


def _part(part: IndexPart) -> str:
    if part.expression is not None:
        text = f"({part.expression.text})"
    else:
        assert part.column is not None
        length = part.options.length if isinstance(part.options, PartOptions) else None
        text = quoted(part.column) + (f"({length})" if length else "")
    return text + (" DESC" if part.descending else "")


def foreign_key(context: Context, it: ForeignKey) -> str:
    text = (
        f"CONSTRAINT {quoted(it.name)} FOREIGN KEY ({names(it.columns)})"
        f" REFERENCES {context.name(it.references)} ({names(it.referenced_columns)})"
    )
    if it.on_delete != context.flavour.action:
        text += f" ON DELETE {it.on_delete}"
    if it.on_update != context.flavour.action:
        text += f" ON UPDATE {it.on_update}"
    return text


def check(context: Context, it: Check) -> str:
    return f"CONSTRAINT {quoted(it.name)} CHECK ({it.expression.text})" + ("" if it.enforced else " NOT ENFORCED")
