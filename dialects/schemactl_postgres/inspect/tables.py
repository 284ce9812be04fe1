"""Tables with all that lives in them."""

from __future__ import annotations

from schemactl.model import Kind, ObjectKey, Table, Unsupported
from schemactl_postgres.inspect import rows
from schemactl_postgres.inspect.columns import Identities, add_columns
from schemactl_postgres.inspect.constraints import add_constraint
from schemactl_postgres.inspect.draft import Draft
from schemactl_postgres.inspect.foreign import foreign_options, refusal
from schemactl_postgres.inspect.indexes import index, live_indexes
from schemactl_postgres.inspect.partitions import add_partition_keys
from schemactl_postgres.inspect.session import Snapshot

#: pg_constraint.contype of those that stand on an index of their own. A foreign key names one too: its target's.
BACKED = frozenset("pux")


def tables(view: Snapshot, identities: Identities) -> tuple[list[Table], list[Unsupported], frozenset[ObjectKey]]:
    """The tables in scope that the model holds, what it does not hold of these and others, and those without a TOAST table."""
    drafts: dict[int, Draft] = {}
    refused: list[Unsupported] = []
    for table in view.rows(rows.TABLES):
        secret = refusal("foreign table", foreign_options(table.foreign_options))
        what = secret or ("a table in a tablespace other than the default" if table.in_tablespace else None)
        if what is not None:
            key = ObjectKey(kind=Kind.TABLE, schema=table.schema, name=table.name)
            refused.append(Unsupported(key=key, what=what))
        if secret is None:
            drafts[table.oid] = Draft(table)

    add_columns(drafts, view.rows(rows.COLUMNS), identities)
    indexes = live_indexes(drafts, view.rows(rows.INDEXES), view.rows(rows.INDEX_PARTS))
    for constraint in view.rows(rows.CONSTRAINTS):
        if draft := drafts.get(constraint.relation):
            backing = indexes.pop(constraint.index_oid, None) if constraint.type in BACKED else None
            add_constraint(draft, constraint, backing)
    for live in indexes.values():
        draft = drafts[live.row.relation]
        (draft.given_indexes if live.row.inherited else draft.indexes).append(index(live))
        if live.row.inherited and (live.statistics or live.row.extensions):
            what = "a statistics target or an extension of an index that comes from the parent table"
            draft.refuse(Kind.INDEX, live.row.name, what)
        if live.row.inherited and live.row.comment is not None:
            draft.refuse(Kind.INDEX, live.row.name, "a comment on an index that comes from the parent table")

    add_partition_keys(drafts, view.rows(rows.PARTITION_KEYS))
    for draft in drafts.values():
        refused += draft.refused
    found = {oid: draft.finished() for oid, draft in drafts.items()}
    toastless = frozenset(t.key for oid, t in found.items() if not drafts[oid].row.has_toast)
    return list(found.values()), refused, toastless
