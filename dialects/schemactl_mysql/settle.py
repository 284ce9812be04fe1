"""The desired catalog in the words of this server."""

from __future__ import annotations

from schemactl.model import Catalog, Desired
from schemactl_mysql.canonical import canonicalise
from schemactl_mysql.options import Surroundings


def settle(desired: Desired, actual: Catalog) -> Catalog:
    around = actual.surroundings
    return canonicalise(desired.catalog, around) if isinstance(around, Surroundings) else desired.catalog
