"""Indexes and constraints in one form."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Constraint, Index, PrimaryKey, Table
from schemactl_mysql.options import IndexOptions, Surroundings, TableOptions


def canonical_index(index: Index, table: Table, around: Surroundings) -> Index:
    options = _options(index.options, table)
    return replace(index, options=options)


def canonical_constraint(constraint: Constraint, table: Table, around: Surroundings) -> Constraint:
    if isinstance(constraint, PrimaryKey):
        return replace(constraint, options=_options(constraint.options, table))
    return constraint


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
