"""What a database holds, in its server's own words, to judge by: nothing of schemactl's own is used."""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.support.servers import Database

_QUERY = Path(__file__).with_name("catalog.sql").read_text(encoding="utf-8")


class Fact(NamedTuple):
    kind: str
    object: str
    name: str | None
    """The name of what the server would have named had the user not; no other names are here."""
    fact: str

    def __str__(self) -> str:
        return f"{self.kind} {self.object} {self.name or ''} {self.fact}"


def facts(database: Database) -> list[Fact]:
    with database.connect() as connection:
        connection.execute("SET search_path = ''")  # so that every name is printed with its schema
        rows = connection.execute(_QUERY.encode()).fetchall()
    return [Fact(kind, thing, name, json.dumps(fact, sort_keys=True)) for kind, thing, name, fact in rows]


def difference(got: list[Fact], want: list[Fact], desired: str | None) -> str:
    """How `got` differs from `want`, as a diff; empty if it does not.

    A name that the desired text does not state is the server's choice, and may be any; without a text, all must agree.
    """
    more = Counter(got) - Counter(want)
    less = Counter(want) - Counter(got)
    for fact in list(less.elements()):
        if fact.name is None or (not _is_made_up(fact) if desired is None else _states(desired, fact.name)):
            continue
        for other in more:
            if more[other] > 0 and other._replace(name=fact.name) == fact:
                more[other] -= 1
                less[fact] -= 1
                break
    lines = difflib.unified_diff(
        [f"{fact}\n" for fact in less.elements()], [f"{fact}\n" for fact in more.elements()], "desired", "actual", n=0
    )
    return "".join(lines)


#: What may differ between a database and one that is made of its schema alone, and by what it is made alike.
_LEFT_OPEN = (
    ('"populated": false', '"populated": true'),  # there is no data
    ('"comment": "standard public schema", ', ""),  # which every new database has
    # Gap: a catalog does not hold that an heir states again a constraint that it has from its parent.
    ('"local": false, "validated"', '"local": true, "validated"'),
)


def remade(found: list[Fact]) -> list[Fact]:
    """The facts without those that a database does not share with one made of its schema."""
    return [fact._replace(fact=_alike(fact.fact)) for fact in found]


def _alike(text: str) -> str:
    for one, other in _LEFT_OPEN:
        text = text.replace(one, other)
    return text


def _is_made_up(fact: Fact) -> bool:
    """Whether the server made up the name of a NOT NULL, by what else there was and whose it was at the time."""
    return '"definition": "NOT NULL ' in fact.fact and re.search(r"_not_null\d*$", fact.name or "") is not None


def _states(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text) is not None
