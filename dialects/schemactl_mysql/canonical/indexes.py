"""Indexes and constraints in one form."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from schemactl.dialect import SourceText
from schemactl.model import Check, Constraint, Expression, Index, PrimaryKey, Table
from schemactl.reading import Sort, Source
from schemactl_mysql.options import IndexOptions, Surroundings, TableOptions
from schemactl_mysql.read.scanner import Lexical, Scanner

#: Character sets that have the plain letters where ASCII has them.
_INTRODUCERS = frozenset({"_utf8mb4", "_utf8mb3", "_latin1", "_ascii"})


def canonical_index(index: Index, table: Table, around: Surroundings) -> Index:
    options = _options(index.options, table)
    return replace(index, options=options)


def canonical_constraint(constraint: Constraint, table: Table, around: Surroundings) -> Constraint:
    if isinstance(constraint, Check) and not around.flavour.mariadb:
        return replace(constraint, expression=_without_charsets(constraint.expression, around))
    if isinstance(constraint, PrimaryKey):
        return replace(constraint, options=_options(constraint.options, table))
    return constraint


def _without_charsets(it: Expression, around: Surroundings) -> Expression:
    """An expression as it is compared, without what MySQL puts before strings of plain letters.

    That is the session's character set where a check is made, and the column's once an ALTER has copied the table.
    """
    source = Source(SourceText(name="a check", text=it.canonical))
    tokens = list(Scanner(source, Lexical(flavour=around.flavour)).tokens())
    kept, at = [], 0
    for one, other in pairwise(tokens):
        text = it.canonical[other.start : other.stop]
        if one.word.lower() in _INTRODUCERS and other.sort is Sort.STRING and text.isascii():
            kept.append(it.canonical[at : one.start])
            at = other.start
    return replace(it, canonical="".join((*kept, it.canonical[at:])))


def _options(options: object, table: Table) -> IndexOptions | None:
    """USING says nothing where it names what the engine does anyhow; InnoDB makes no others."""
    if not isinstance(options, IndexOptions):
        return None
    engine = table.options.engine if isinstance(table.options, TableOptions) else None
    if engine == "InnoDB" or options.using == ("hash" if engine == "MEMORY" else "btree"):
        options = replace(options, using=None)
    if engine == "InnoDB":
        # InnoDB has no blocks of a key's own. Whether the server prints the number, the table's, the one before it,
        # or none, is by what else was ever said of the table.
        options = replace(options, key_block_size=None)
    return options if options != IndexOptions() else None
