"""Steps for types, by what kind of type it is."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.changes import Alter, Create, Drop
from schemactl.model import Composite, Domain, Enum
from schemactl.steps import Step
from schemactl_postgres.ddl.composites import composite
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.ddl.domains import domain
from schemactl_postgres.ddl.enums import enum
from schemactl_postgres.ddl.ranges import range_


def user_type(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    match change.before if isinstance(change, Drop) else change.after:
        case Enum():
            return enum(context, change)
        case Domain():
            return domain(context, change)
        case Composite():
            return composite(context, change)
        case _:
            return range_(context, change)
