"""Whether each unique key of a partitioned table has all columns that its partitions go by, as the servers want it.

No temporary table has partitions, so only the CREATE or ALTER itself would tell. Measured on 9.7, 10.11 and 11.8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest

from schemactl.errors import ImpossibleError
from schemactl.model import IndexPart, PrimaryKey, Table
from schemactl.reading import Sort
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.options import IndexOptions, PartitionMethod, PartOptions, TableOptions
from schemactl_mysql.read.scanner import Lexical, tokens_of


def refuse_keys_across_partitions(table: Table, flavour: Flavour) -> None:
    """Raises ImpossibleError, with the key of the table as its subject."""
    options = table.options
    it = options.partitioning if isinstance(options, TableOptions) else None
    if it is None:
        return
    methods = [it.by] if it.sub_by is None else [it.by, it.sub_by]
    needed = {c.lower(): c for method in methods for c in _columns(method, table, flavour)}
    for name, columns in _unique_keys(table):
        has = {c.lower() for c in columns}
        missing = [c for low, c in needed.items() if low not in has]
        if missing:
            raise ImpossibleError(
                f"{name} of {table.key} lacks {', '.join(missing)}, by which the table is partitioned",
                subject=str(table.key),
                hint="add it to the key, which then is unique together with it only, or partition by columns of the key",
            )


def _unique_keys(table: Table) -> Iterator[tuple[str, list[str]]]:
    """What each is called, and its columns; not those of which it has only the beginning."""
    for key in table.constraints:
        if isinstance(key, PrimaryKey):
            parts = key.options.parts if isinstance(key.options, IndexOptions) else ()
            yield "the primary key", _whole(parts) if parts else list(key.columns)
    for index in table.indexes:
        if index.unique:
            yield f"the unique key {index.name}", _whole(index.parts)


def _whole(parts: Iterable[IndexPart]) -> list[str]:
    return [
        p.column
        for p in parts
        if p.column is not None and not (isinstance(p.options, PartOptions) and p.options.length is not None)
    ]


def _columns(by: PartitionMethod, table: Table, flavour: Flavour) -> Iterator[str]:
    """The columns by which rows are spread: those that are listed, or that the expression names.

    A KEY without any goes by the primary key. Where there is none, it is the server that chooses.
    """
    yield from by.columns
    if by.kind.endswith("KEY") and not by.columns:
        yield from (name for key in table.constraints if isinstance(key, PrimaryKey) for name in key.columns)
    if by.expression is None:
        return
    text = by.expression.text
    tokens = tokens_of(text, Lexical(flavour=flavour))
    named = {
        text[token.start : token.stop].strip("`").lower()
        for token, behind in zip_longest(tokens, tokens[1:])
        if token.sort in (Sort.WORD, Sort.QUOTED) and (behind is None or behind.word != "(")
    }
    yield from (c.name for c in table.columns if c.name.lower() in named)
