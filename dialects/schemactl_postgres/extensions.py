"""Extensions that the server could not create."""

from __future__ import annotations

from schemactl.errors import MissingObjectError
from schemactl.model import Catalog, Desired, Extension
from schemactl_postgres.options import Surroundings


def refuse_unavailable(desired: Desired, actual: Catalog) -> None:
    """Raise MissingObjectError for a new extension of which the server has no control file."""
    who = actual.surroundings
    if not isinstance(who, Surroundings):
        return
    there = {o.key for o in actual.objects}
    for it in desired.catalog.objects:
        if isinstance(it, Extension) and it.key not in there and it.name not in who.extensions:
            raise MissingObjectError(
                f"the server has no extension {it.name}",
                place=desired.places.get(it.key),
                subject=str(it.key),
                hint="correct the name, or install its package on the server: pg_available_extensions lists what there is",
            )
