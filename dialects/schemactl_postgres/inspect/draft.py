"""A table while its parts come in."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemactl.model import Column, Constraint, Index, Kind, ObjectKey, Table, Unsupported
from schemactl_postgres.bounds import bound_of
from schemactl_postgres.inspect.foreign import foreign_options
from schemactl_postgres.inspect.rows import TableRow
from schemactl_postgres.inspect.values import stored
from schemactl_postgres.options import Foreign, Partition, PartitionKey, TableOptions

_DEFAULT = TableOptions()


@dataclass(slots=True)
class Draft:
    """`positions` holds the columns' names by attnum, `refused` what the model cannot hold of the table.

    What the table has from its parents is `given`; `own` are its columns that are not, or not only, from them.
    """

    row: TableRow
    columns: list[Column] = field(default_factory=list)
    positions: dict[int, str] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    given_constraints: list[Constraint] = field(default_factory=list)
    given_indexes: list[Index] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    partition_by: PartitionKey | None = None
    clustered_on: str | None = None
    replica_index: str | None = None
    refused: list[Unsupported] = field(default_factory=list)

    def refuse(self, kind: Kind, name: str, what: str) -> None:
        key = ObjectKey(kind=kind, schema=self.row.schema, table=self.row.name, name=name)
        self.refused.append(Unsupported(key=key, what=what))

    def named(self, positions: list[int] | None) -> tuple[str, ...]:
        """The columns at these positions."""
        return tuple(self.positions[p] for p in positions or ())

    def finished(self) -> Table:
        return Table(
            schema=self.row.schema,
            name=self.row.name,
            columns=tuple(self.columns),
            constraints=tuple(sorted(self.constraints, key=lambda c: c.name)),
            indexes=tuple(sorted(self.indexes, key=lambda i: i.name)),
            comment=self.row.comment,
            options=self._options(),
        )

    def _options(self) -> TableOptions | None:
        row = self.row
        # Where the index of the replica identity was dropped, the server goes by nothing.
        identity = (self.replica_index or "n") if row.replica_identity == "i" else row.replica_identity
        foreign = None
        if row.foreign_server is not None:
            foreign = Foreign(server=row.foreign_server, settings=foreign_options(row.foreign_options))
            identity = "d"  # nothing of it is replicated
        parents = tuple(
            ObjectKey(kind=Kind.TABLE, schema=schema, name=name)
            for schema, name in zip(row.parent_schemas, row.parent_names, strict=True)
        )
        partition = None
        if row.bound:
            partition = Partition(parent=parents[0], bound=bound_of(row.bound), leaving=row.leaving)
        options = TableOptions(
            unlogged=row.unlogged,
            storage=stored(row.storage, row.toast_storage),
            access_method=row.access_method,
            row_security=row.row_security,
            force_row_security=row.force_row_security,
            replica_identity=identity,
            clustered_on=self.clustered_on,
            partition_by=self.partition_by,
            partition_of=partition,
            inherits=() if row.bound else parents,
            foreign=foreign,
            of_type=ObjectKey(kind=Kind.TYPE, schema=row.of_schema or "", name=row.of_name) if row.of_name else None,
            own_columns=tuple(self.own) if parents and not row.bound else (),
            given_constraints=tuple(sorted(self.given_constraints, key=lambda c: c.name)),
            given_indexes=tuple(sorted(self.given_indexes, key=lambda i: i.name)),
        )
        return None if options == _DEFAULT else options
