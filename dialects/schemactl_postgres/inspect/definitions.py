"""Operators and their classes, casts, text search, conversions, languages: all that a Definition holds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace

from schemactl.model import Definition, Kind, ObjectKey
from schemactl_postgres.defined import FUNCTIONS, OPTION
from schemactl_postgres.inspect import rows
from schemactl_postgres.inspect.rows import DefinitionRow
from schemactl_postgres.inspect.session import Snapshot
from schemactl_postgres.inspect.values import data_type
from schemactl_postgres.sql import literal, quoted

_OPTION = re.compile(r"""("(?:[^"]|"")*"|\w+) = (?:(E?)'((?:[^']|'')*)'|([^,]+))(?:, |$)""")
_Of = tuple[str, int]


def definitions(view: Snapshot, schemas: Collection[str] | None) -> list[Definition]:
    """What stands in no schema counts to those of its types and functions, unless every schema is looked at."""
    found = {(row.catalogue, row.oid): _definition(row) for row in view.rows(rows.DEFINITIONS)}
    found = {of: it for of, it in found.items() if schemas is None or it.schema or _is_of(it, schemas)}
    if not found:
        return []
    keys = {of: it.key for of, it in found.items()}
    below: defaultdict[_Of, set[ObjectKey]] = defaultdict(set)
    above: defaultdict[_Of, set[ObjectKey]] = defaultdict(set)
    for row in view.rows(rows.DEFINITION_USES):
        (above if row.above else below)[row.catalogue, row.of].update(_other(row, keys))
    return [_with(it, below[of], above[of]) for of, it in found.items()]


def _is_of(it: Definition, schemas: Collection[str]) -> bool:
    if any(t.uses is not None and t.uses.schema in schemas for t in it.types):
        return True
    return any(value.startswith(f"{quoted(schema)}.") for schema in schemas for _, value in it.properties)


def _definition(row: DefinitionRow) -> Definition:
    given = {
        name: value.removeprefix("pg_catalog.") if name in FUNCTIONS else value
        for name, value in zip(row.names, row.values, strict=True)
        if value is not None
    }
    if "options" in given:
        given |= _options(given.pop("options"))
    types = zip(row.types or (), row.type_schemas or (), row.type_names or (), strict=True)
    return Definition(
        kind=Kind(row.kind),
        schema=row.schema,
        name=row.name,
        method=row.method,
        types=tuple(data_type(*one) for one in types),
        properties=tuple(sorted(given.items())),
        comment=row.comment,
    )


def _options(text: str) -> dict[str, str]:
    """`stopwords = 'english', maxlen = 3`, as the server keeps the options of a dictionary."""
    found = {}
    for match in _OPTION.finditer(text):
        name, escapes, string, bare = match.groups()
        name = name[1:-1].replace('""', '"') if name.startswith('"') else name
        if string is not None:
            string = string.replace("''", "'")
            bare = literal(string.replace("\\\\", "\\") if escapes else string).strip()
        found[OPTION + name] = bare
    return found


def _other(row: rows.DefinitionUseRow, keys: dict[_Of, ObjectKey]) -> Iterator[ObjectKey]:
    if row.kind.startswith("pg_"):
        if (known := keys.get((row.kind, int(row.name)))) is not None:
            yield known
        return
    key = ObjectKey(kind=Kind(row.kind), schema=row.schema, table=row.on_table, name=row.name)
    yield key
    if key.kind is Kind.TYPE and not row.above:  # which may be that of a table's or view's rows
        yield from (ObjectKey(kind=k, schema=key.schema, name=key.name) for k in (Kind.TABLE, Kind.VIEW))


def _with(it: Definition, below: set[ObjectKey], above: set[ObjectKey]) -> Definition:
    return replace(it, uses=tuple(sorted(below)), users=tuple(sorted(above)))
