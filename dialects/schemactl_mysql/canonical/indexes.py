"""Indexes and constraints in one form."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Constraint, Index, PrimaryKey, Table
from schemactl_mysql.options import IndexOptions, Surroundings, TableOptions


def canonical_index(index: Index, table: Table, around: Surroundings) -> Index:
    options = _options(index.options, table, around)
    return replace(index, options=options)


def canonical_constraint(constraint: Constraint, table: Table, around: Surroundings) -> Constraint:
    if isinstance(constraint, PrimaryKey):
        return replace(constraint, options=_options(constraint.options, table, around))
    return constraint


def _options(options: object, table: Table, around: Surroundings) -> IndexOptions | None:
    """USING says nothing where it names what the engine does anyhow; InnoDB makes no others.

    A block size says nothing where it is the table's; MySQL forgets one of InnoDB where the table has none.
    """
    if not isinstance(options, IndexOptions):
        return None
    of_table = table.options if isinstance(table.options, TableOptions) else TableOptions()
    engine = of_table.engine
    size = dict(of_table.other).get("KEY_BLOCK_SIZE")
    forgotten = size is None and engine == "InnoDB" and not around.flavour.mariadb
    if forgotten or size == str(options.key_block_size):
        options = replace(options, key_block_size=None)
    if engine == "InnoDB" or options.using == ("hash" if engine == "MEMORY" else "btree"):
        options = replace(options, using=None)
    return options if options != IndexOptions() else None
