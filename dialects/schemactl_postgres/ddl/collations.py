"""Steps for collations: the server alters nothing of one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.changes import Alter, Create, Drop
from schemactl.errors import ImpossibleError
from schemactl.model import Collation
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context, schema_of
from schemactl_postgres.sql import literal, qualified


def collation(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    match change:
        case Create(after=Collation() as it):
            yield context.step(
                f"CREATE COLLATION {qualified(key)} ({options(it)})",
                key,
                "create",
                change.because or "new collation",
                creates={key},
                needs=schema_of(key),
                rank=rank.EXTENSION,
            )
            yield from comment(context, key, it.comment)
        case Drop():
            yield context.step(
                f"DROP COLLATION {qualified(key)}",
                key,
                "drop",
                change.because or "not in the desired schema",
                destroys={key},
                frees=schema_of(key),
                rank=rank.DROP_TYPE,
            )
        case Alter(before=Collation() as was, after=Collation() as it):
            if replace(was, comment=it.comment) != it:
                raise ImpossibleError(
                    f"the collation {key.path} differs, and no server can alter one",
                    subject=key.path,
                    hint="create the new one under another name, change what uses it, and drop this one",
                )
            yield from comment(context, key, it.comment, always=True)


def options(it: Collation) -> str:
    """What stands between the parentheses of CREATE COLLATION."""
    given = [f"provider = {it.provider}"]
    for name, value in (("locale", it.locale), ("lc_collate", it.lc_collate), ("lc_ctype", it.lc_ctype)):
        if value is not None:
            given.append(f"{name} = {literal(value).strip()}")
    if not it.deterministic:
        given.append("deterministic = false")
    if it.rules is not None:
        given.append(f"rules = {literal(it.rules).strip()}")
    return ", ".join(given)
