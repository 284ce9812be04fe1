"""What a database holds, in its server's own words, to judge by: nothing of schemactl's own is used."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tests.support import catalog_mysql, postgres
from tests.support.fact import Fact, difference
from tests.support.servers import AnyDatabase

__all__ = ["Fact", "difference", "facts"]

_POSTGRES = Path(__file__).with_name("catalog.sql").read_text(encoding="utf-8")


def facts(database: AnyDatabase) -> Sequence[Fact]:
    if not isinstance(database, postgres.Database):
        return catalog_mysql.facts(database)
    with database.connect() as connection:
        connection.execute("SET search_path = ''")  # so that every name is printed with its schema
        rows = connection.execute(_POSTGRES.encode()).fetchall()
    return [Fact(kind, thing, name, json.dumps(fact, sort_keys=True)) for kind, thing, name, fact in rows]


#: What may differ between a database and one that is made of its schema alone, and by what it is made alike.
_LEFT_OPEN = (
    ('"populated": false', '"populated": true'),  # there is no data
    ('"comment": "standard public schema", ', ""),  # which every new database has
    # Gap: a catalog does not hold that an heir states again a constraint that it has from its parent.
    ('"local": false, "validated"', '"local": true, "validated"'),
)


def remade(found: Sequence[Fact]) -> list[Fact]:
    """The facts without those that a database does not share with one made of its schema."""
    return [fact._replace(fact=_alike(fact.fact)) for fact in found]


def _alike(text: str) -> str:
    for one, other in _LEFT_OPEN:
        text = text.replace(one, other)
    return text
