"""How the parts of a table are written in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from schemactl.model import (
    Check,
    Column,
    Constraint,
    Exclusion,
    ForeignKey,
    Index,
    IndexPart,
    ObjectKey,
    PrimaryKey,
    SequenceOptions,
    Unique,
)
from schemactl_postgres.ddl import not_nulls
from schemactl_postgres.options import ColumnOptions, IndexOptions, PartOptions, Storage
from schemactl_postgres.sql import is_plain_term, literal, names, parenthesised, qualified, quoted


def column(it: Column, *, serial: str | None = None) -> str:
    """A column as CREATE TABLE and ADD COLUMN take it. `serial` replaces type and default: `bigserial`."""
    words = [quoted(it.name), serial or it.type.text]
    options = it.options if isinstance(it.options, ColumnOptions) else ColumnOptions()
    if options.compression:
        words.append(f"COMPRESSION {options.compression}")
    if options.foreign:
        words.append(f"OPTIONS ({', '.join(f'{quoted(n)} {literal(v).strip()}' for n, v in options.foreign)})")
    if it.collation:
        words.append(f"COLLATE {it.collation}")
    if it.generated:
        words.append(
            f"GENERATED ALWAYS AS {parenthesised(it.generated.expression.text)} {'STORED' if it.generated.stored else 'VIRTUAL'}"
        )
    elif it.identity:
        words.append(identity(it))
    elif it.default and not serial:
        words.append(f"DEFAULT {default(it.default.text)}")
    if not_null := not_nulls.clause(it):
        words.append(not_null)
    return " ".join(words)


def default(text: str) -> str:
    """A default as a column clause takes it: what is not one plain term goes into parentheses."""
    return text if is_plain_term(text) else f"({text})"


def identity(it: Column) -> str:
    assert it.identity is not None
    kind = "ALWAYS" if it.identity.always else "BY DEFAULT"
    options = sequence_options(it.identity.options, type_=it.type.text)
    if it.identity.sequence:
        options = f"SEQUENCE NAME {quoted(it.identity.sequence)} {options}".rstrip()
    return f"GENERATED {kind} AS IDENTITY" + (f" ({options})" if options else "")


#: Largest value of a sequence, by its type.
LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


def sequence_defaults(type_: str, increment: int) -> SequenceOptions:
    """What the server fills in where CREATE SEQUENCE says nothing."""
    largest = LARGEST.get(type_, LARGEST["bigint"])
    if increment > 0:
        return SequenceOptions(start=1, increment=increment, minimum=1, maximum=largest)
    return SequenceOptions(start=-1, increment=increment, minimum=-largest - 1, maximum=-1)


def sequence_options(it: SequenceOptions, *, type_: str, before: SequenceOptions | None = None) -> str:
    """The options that differ from `before`, else from the server's defaults."""
    base = before or sequence_defaults(type_, it.increment)
    words = []
    if it.increment != (before.increment if before else 1):
        words.append(f"INCREMENT BY {it.increment}")
    if it.minimum != base.minimum:
        words.append(f"MINVALUE {it.minimum}")
    if it.maximum != base.maximum:
        words.append(f"MAXVALUE {it.maximum}")
    start = base.start if before else (it.minimum if it.increment > 0 else it.maximum)
    if it.start != start:
        words.append(f"START WITH {it.start}")
    if it.cache != base.cache:
        words.append(f"CACHE {it.cache}")
    if it.cycle != base.cycle:
        words.append("CYCLE" if it.cycle else "NO CYCLE")
    return " ".join(words)


def storage(pairs: Storage) -> str:
    """`fillfactor='70', toast.autovacuum_enabled='false'`: quoted, as any value may be."""
    return ", ".join(f"{name}={literal(value).strip()}" for name, value in pairs)


def storage_changes(was: Storage, it: Storage) -> Iterator[str]:
    """SET and RESET clauses that make one set of storage parameters into the other."""
    changed = tuple(pair for pair in it if pair not in was)
    gone = [name for name, _ in was if name not in dict(it)]
    if changed:
        yield f"SET ({storage(changed)})"
    if gone:
        yield f"RESET ({', '.join(gone)})"


def _with(options: object) -> str:
    return f" WITH ({storage(options.storage)})" if isinstance(options, IndexOptions) and options.storage else ""


def part(it: IndexPart, *, ordered: bool = True) -> str:
    """One key of an index or an exclusion constraint."""
    if it.expression is not None:
        words = [parenthesised(it.expression.text)]
    else:
        assert it.column is not None
        words = [quoted(it.column)]
    if it.collation:
        words.append(f"COLLATE {it.collation}")
    if isinstance(it.options, PartOptions) and it.options.opclass:
        parameters = f" ({storage(it.options.parameters)})" if it.options.parameters else ""
        words.append(it.options.opclass + parameters)
    if ordered:
        if it.descending:
            words.append("DESC")
        if it.nulls_first != it.descending:
            words.append("NULLS FIRST" if it.nulls_first else "NULLS LAST")
    if it.operator:
        words.append(f"WITH {it.operator}")
    return " ".join(words)


def constraint(it: Constraint) -> str:
    """`CONSTRAINT name ...`, as CREATE TABLE and ADD take it."""
    return f"CONSTRAINT {quoted(it.name)} {_constraint_body(it)}"


def _constraint_body(it: Constraint) -> str:
    match it:
        case PrimaryKey():
            return f"PRIMARY KEY ({_key_columns(it)}){_include(it.include)}{_with(it.options)}{deferral(it)}"
        case Unique():
            nulls = " NULLS NOT DISTINCT" if it.nulls_not_distinct else ""
            return f"UNIQUE{nulls} ({_key_columns(it)}){_include(it.include)}{_with(it.options)}{deferral(it)}"
        case ForeignKey():
            return _foreign_key(it)
        case Check():
            inherit = " NO INHERIT" if it.no_inherit else ""
            return f"CHECK {parenthesised(it.expression.text)}{inherit}{_enforcement(it)}"
        case Exclusion():
            parts = ", ".join(part(p) for p in it.parts)
            where = f" WHERE {parenthesised(it.predicate.text)}" if it.predicate else ""
            return f"EXCLUDE USING {quoted(it.method)} ({parts}){_include(it.include)}{_with(it.options)}{where}{deferral(it)}"
        case _:
            assert_never(it)


def _key_columns(it: PrimaryKey | Unique) -> str:
    return names(it.columns) + (" WITHOUT OVERLAPS" if it.without_overlaps else "")


def _period(columns: tuple[str, ...]) -> str:
    return names(columns[:-1]) + f", PERIOD {quoted(columns[-1])}"


def _foreign_key(it: ForeignKey) -> str:
    own, other = (_period(columns) if it.period else names(columns) for columns in (it.columns, it.referenced_columns))
    text = f"FOREIGN KEY ({own}) REFERENCES {qualified(it.references)} ({other})"
    if it.match != "SIMPLE":
        text += f" MATCH {it.match}"
    if it.on_update != "NO ACTION":
        text += f" ON UPDATE {it.on_update}"
    if it.on_delete != "NO ACTION":
        text += f" ON DELETE {it.on_delete}"
        if it.on_delete_columns:
            text += f" ({names(it.on_delete_columns)})"
    return text + deferral(it) + _enforcement(it)


def _include(columns: tuple[str, ...]) -> str:
    return f" INCLUDE ({names(columns)})" if columns else ""


def deferral(it: PrimaryKey | Unique | ForeignKey | Exclusion) -> str:
    """` DEFERRABLE ...`, where the constraint can be."""
    if not it.deferrable:
        return ""
    return " DEFERRABLE INITIALLY DEFERRED" if it.initially_deferred else " DEFERRABLE"


def _enforcement(it: ForeignKey | Check) -> str:
    if not it.enforced:
        return " NOT ENFORCED"
    return "" if it.validated else " NOT VALID"


def index(it: Index, table: ObjectKey, *, concurrently: bool = False, only: bool = False) -> str:
    """The whole CREATE INDEX; of a partitioned table `only`, without its partitions."""
    options = it.options if isinstance(it.options, IndexOptions) else IndexOptions()
    unique = "UNIQUE " if it.unique else ""
    method = "" if it.method == "btree" else f" USING {quoted(it.method)}"
    parts = ", ".join(part(p, ordered=it.method == "btree") for p in it.parts)
    nulls = " NULLS NOT DISTINCT" if options.nulls_not_distinct else ""
    where = f" WHERE {it.predicate.text}" if it.predicate else ""
    return (
        f"CREATE {unique}INDEX {'CONCURRENTLY ' if concurrently else ''}{quoted(it.name)} ON "
        f"{'ONLY ' if only else ''}{qualified(table)}{method} ({parts})"
        f"{_include(it.include)}{nulls}{_with(options)}{where}"
    )
