"""Publications that are out of scope: what they say of the tables in scope stays as it is."""

from __future__ import annotations

from schemactl.model import Catalog, Publication, PublishedTable
from schemactl.model.catalog import sorted_catalog


def with_publications_of_others(desired: Catalog, actual: Catalog) -> Catalog:
    """`desired`, where a table that stays is in just those publications out of scope that it is in now.

    It must go back there if it is made anew, and is neither added to nor taken from what is not in care.
    """
    managed = {o.key for o in (*desired.objects, *actual.objects) if isinstance(o, Publication)}
    stays = {o.key for o in desired.objects}
    kept = [o for o in desired.objects if not isinstance(o, PublishedTable) or o.publication in managed]
    live = [o for o in actual.objects if isinstance(o, PublishedTable)]
    others = [o for o in live if o.publication not in managed and o.on in stays]
    return sorted_catalog((*kept, *others)) if others or len(kept) < len(desired.objects) else desired
