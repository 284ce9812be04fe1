"""Steps for roles: they are made, and never altered or dropped, since other databases use them."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.changes import Alter, Create, Drop
from schemactl.model import Role
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.sql import quoted


def role(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    match change:
        case Create(after=Role() as it):
            yield context.step(
                " ".join([f"CREATE ROLE {quoted(it.name)}", *it.options]),
                it.key,
                "create",
                "the server has no such role",
                creates={it.key},
                needs=it.uses,
                rank=rank.ROLE,
            )
