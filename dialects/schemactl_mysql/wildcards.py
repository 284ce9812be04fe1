"""Views that select all columns of what beneath them changes: the server has kept the columns that there were."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from schemactl.dialect import SourceText
from schemactl.model import Catalog, ObjectKey, Table, View
from schemactl.reading import Sort, Source
from schemactl_mysql.confirm_references import relations
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.read.scanner import Lexical, Scanner

#: What stands before a `*` that is no multiplication, and not that of COUNT(*).
_BEFORE = frozenset({"SELECT", "DISTINCT", "DISTINCTROW", "ALL", "HIGH_PRIORITY", "STRAIGHT_JOIN", ",", "."})


def outgrown(views: Iterable[View], desired: Catalog, actual: Catalog, flavour: Flavour) -> frozenset[ObjectKey]:
    """Those of `views` whose `*` means other columns than it would over the live tables.

    So they cannot be compared there. Views over such views are among them where they have a `*` as well.
    """
    changed = {_name(t) for t in desired.tables() if _columns(t) != _columns(actual.table(t.schema, t.name))}
    if not changed:
        return frozenset()
    # A query of which nobody can tell what it selects from may select from any of them.
    waiting = {v: frozenset(relations(v)) or changed for v in views if _has_wildcard(v, flavour)}
    found: set[ObjectKey] = set()
    while more := [v for v, beneath in waiting.items() if v.key not in found and changed & beneath]:
        found |= {v.key for v in more}
        changed |= {_name(v) for v in more}
    return frozenset(found)


def _name(it: Table | View) -> tuple[str, str]:
    return it.schema.lower(), it.name.lower()


def _columns(it: Table | None) -> frozenset[str]:
    return frozenset(c.name.lower() for c in it.columns) if it else frozenset()


def _has_wildcard(view: View, flavour: Flavour) -> bool:
    source = Source(SourceText(name="", text=view.query.text))
    tokens = list(Scanner(source, Lexical(flavour=flavour)).tokens())
    return any(
        it.sort is Sort.OPERATOR and it.word == "*" and before.word in _BEFORE for before, it in pairwise(tokens)
    )
