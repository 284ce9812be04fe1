"""Facts of the kinds that a Definition holds: what each is called in SQL, and what its properties name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from schemactl.model import Definition, Kind, ObjectKey

#: The words of each kind in CREATE, DROP and COMMENT ON. A longer one stands before another that begins it.
WORDS: dict[Kind, str] = {
    Kind.OPERATOR_CLASS: "OPERATOR CLASS",
    Kind.OPERATOR_FAMILY: "OPERATOR FAMILY",
    Kind.OPERATOR: "OPERATOR",
    Kind.ACCESS_METHOD: "ACCESS METHOD",
    Kind.CAST: "CAST",
    Kind.CONVERSION: "CONVERSION",
    Kind.LANGUAGE: "LANGUAGE",
    Kind.SEARCH_CONFIGURATION: "TEXT SEARCH CONFIGURATION",
    Kind.SEARCH_DICTIONARY: "TEXT SEARCH DICTIONARY",
    Kind.SEARCH_PARSER: "TEXT SEARCH PARSER",
    Kind.SEARCH_TEMPLATE: "TEXT SEARCH TEMPLATE",
    Kind.TRANSFORM: "TRANSFORM",
}
KINDS = frozenset({*WORDS, Kind.FAMILY_MEMBER})

#: Properties whose value is the name of a function.
FUNCTIONS = frozenset(
    """
    end from_sql function gettoken handler headline init inline join lexize lextypes restrict start to_sql validator
    """.split()
)
#: Properties that link one operator to another.
LINKS = ("commutator", "negator")
#: Properties whose value is an operator.
OPERATORS = frozenset(["commutator", "negator", "operator"])
#: Properties whose value is the name of one thing of another kind.
NAMES = {
    "family": Kind.OPERATOR_FAMILY,
    "order_by": Kind.OPERATOR_FAMILY,
    "parser": Kind.SEARCH_PARSER,
    "template": Kind.SEARCH_TEMPLATE,
}
#: What begins the names of the properties of a configuration and of a dictionary that a user makes up.
MAPPING, OPTION = "mapping ", "option "
_PART = re.compile(r'"(?:[^"]|"")*"|[^."]+')


def mappings(it: Definition) -> dict[str, str]:
    """The dictionaries of each kind of token in a text search configuration, `a, b`."""
    return {name.removeprefix(MAPPING): value for name, value in it.properties if name.startswith(MAPPING)}


def grouped(found: Mapping[str, str]) -> dict[str, str]:
    """`a, b` by dictionaries: the kinds of token that have the same ones, as one statement takes them."""
    groups: dict[str, list[str]] = {}
    for token in sorted(found):
        groups.setdefault(found[token], []).append(token)
    return {dictionaries: ", ".join(tokens) for dictionaries, tokens in groups.items()}


def options(it: Definition) -> dict[str, str]:
    """The options of a text search dictionary."""
    return {name.removeprefix(OPTION): value for name, value in it.properties if name.startswith(OPTION)}


def split(text: str) -> tuple[str | None, str]:
    """`schema."Name"` as two plain names; the schema is None where there is none."""
    parts = [p[1:-1].replace('""', '"') if p.startswith('"') else p for p in _PART.findall(text)]
    return (parts[0], parts[1]) if len(parts) == 2 else (None, parts[0])


def link(it: Definition, sort: str) -> ObjectKey | None:
    """The operator that this one has for its commutator or negator; None where that is the server's own, or none."""
    other = it.get(sort)
    if other is None or not other.startswith("OPERATOR("):
        return None
    schema, _, name = other.removeprefix("OPERATOR(").removesuffix(")").rpartition(".")
    types = it.types[::-1] if sort == "commutator" else it.types
    return Definition(kind=Kind.OPERATOR, schema=split(schema)[1], name=name, types=types).key
