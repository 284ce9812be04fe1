"""[NO] DEPENDS ON EXTENSION."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.model import Kind, ObjectKey
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.sql import quoted


def depends(
    context: Context, key: ObjectKey, target: str, extensions: tuple[str, ...], before: tuple[str, ...]
) -> Iterator[Step]:
    """`target` is the thing as ALTER takes it: `INDEX public.i`. What is new, or made anew, depends on none before."""
    for name in sorted({*extensions} ^ {*before}):
        gained = name in extensions
        extension = ObjectKey(kind=Kind.EXTENSION, name=name)
        yield context.step(
            f"ALTER {target} {'' if gained else 'NO '}DEPENDS ON EXTENSION {quoted(name)}",
            key,
            "alter",
            f"is to go with the extension {name}" if gained else f"is not to go with the extension {name}",
            cost="instant" if key.kind is Kind.VIEW else "none",  # of the others, the thing alone is locked
            table=key,
            needs={key, extension} if gained else {key},
            frees=() if gained else {extension},
            rank=rank.TABLE_OPTION,
        )
