"""Row-level security policies."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.model import Kind, ObjectKey, Policy
from schemactl_postgres.inspect import rows
from schemactl_postgres.inspect.session import Snapshot
from schemactl_postgres.inspect.values import optional_expression
from schemactl_postgres.sql import quoted

#: pg_policy.polcmd.
COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}


def policies(view: Snapshot) -> Iterator[Policy]:
    for row in view.rows(rows.POLICIES):
        yield Policy(
            schema=row.schema,
            table=row.on_table,
            name=row.name,
            permissive=row.permissive,
            command=COMMANDS[row.command],
            roles=tuple(sorted("PUBLIC" if name is None else quoted(name) for name in row.roles)),
            using=optional_expression(row.using),
            check=optional_expression(row.check),
            comment=row.comment,
            uses=tuple(sorted(used(kind, schema, table, name) for kind, schema, table, name in row.uses)),
        )


def used(kind: str, schema: str, table: str, name: str) -> ObjectKey:
    return ObjectKey(kind=Kind(kind), schema=schema, table=table, name=name)
