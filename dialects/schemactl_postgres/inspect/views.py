"""Views and materialized views."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from schemactl.model import Expression, Index, Kind, ObjectKey, Options, Unsupported, View, ViewColumn
from schemactl_postgres.inspect import rows
from schemactl_postgres.inspect.indexes import index, live_indexes
from schemactl_postgres.inspect.rows import ViewRow
from schemactl_postgres.inspect.session import Snapshot
from schemactl_postgres.inspect.values import in_sql, pairs, stored
from schemactl_postgres.options import MaterializedOptions, ViewOptions

_TRUE = frozenset({"true", "on", "yes", "1"})


@dataclass(slots=True)
class ViewDraft:
    """A view while its indexes come in."""

    row: ViewRow
    indexes: list[Index] = field(default_factory=list)
    clustered_on: str | None = None
    replica_index: str | None = None
    refused: list[Unsupported] = field(default_factory=list)

    def refuse(self, kind: Kind, name: str, what: str) -> None:
        key = ObjectKey(kind=kind, schema=self.row.schema, table=self.row.name, name=name)
        self.refused.append(Unsupported(key=key, what=what))

    def finished(self, columns: list[rows.ViewColumnRow], uses: list[ObjectKey]) -> View:
        row = self.row
        query = row.query.rstrip().removesuffix(";").strip()
        return View(
            schema=row.schema,
            name=row.name,
            query=Expression(text=query, canonical=query),
            materialized=row.materialized,
            columns=tuple(
                ViewColumn(name=c.name, type=c.type, collation=in_sql(c.collation_schema, c.collation_name))
                for c in columns
            ),
            column_comments=tuple(sorted((c.name, c.comment) for c in columns if c.comment is not None)),
            indexes=tuple(sorted(self.indexes, key=lambda i: i.name)),
            with_data=row.with_data,
            comment=row.comment,
            options=self._options(),
            uses=tuple(uses),
        )

    def _options(self) -> Options | None:
        row = self.row
        if row.materialized:
            held = MaterializedOptions(
                storage=stored(row.storage, row.toast_storage),
                access_method=row.access_method,
                clustered_on=self.clustered_on,
                extensions=tuple(row.extensions),
            )
            return None if held == MaterializedOptions() else held
        said = dict(pairs(row.storage))
        options = ViewOptions(
            security_barrier=said.get("security_barrier", "").lower() in _TRUE,
            security_invoker=said.get("security_invoker", "").lower() in _TRUE,
            check_option=said.get("check_option"),
        )
        return None if options == ViewOptions() else options


def views(view: Snapshot) -> tuple[list[View], list[Unsupported], frozenset[ObjectKey]]:
    """The views in scope, what the model does not hold of them, and those that are stored without a TOAST table."""
    drafts = {row.oid: ViewDraft(row) for row in view.rows(rows.VIEWS)}
    columns: defaultdict[int, list[rows.ViewColumnRow]] = defaultdict(list)
    uses: defaultdict[int, list[ObjectKey]] = defaultdict(list)
    for column in view.rows(rows.VIEW_COLUMNS):
        columns[column.relation].append(column)
        if column.refused is not None and column.relation in drafts:
            drafts[column.relation].refuse(Kind.COLUMN, column.name, column.refused)
    for use in view.rows(rows.VIEW_USES):
        if use.rule != "_RETURN":
            continue
        uses[use.relation].append(ObjectKey(kind=Kind(use.kind), schema=use.schema, table=use.on_table, name=use.name))
    for live in live_indexes(drafts, view.rows(rows.INDEXES), view.rows(rows.INDEX_PARTS)).values():
        drafts[live.row.relation].indexes.append(index(live))
    refused = [
        Unsupported(
            key=ObjectKey(kind=Kind.VIEW, schema=d.row.schema, name=d.row.name),
            what="a materialized view in a tablespace other than the default",
        )
        for d in drafts.values()
        if d.row.in_tablespace
    ]
    for draft in drafts.values():
        refused += draft.refused
    found = {oid: d.finished(columns[oid], uses[oid]) for oid, d in drafts.items()}
    toastless = frozenset(v.key for oid, v in found.items() if v.materialized and not drafts[oid].row.has_toast)
    return list(found.values()), refused, toastless
