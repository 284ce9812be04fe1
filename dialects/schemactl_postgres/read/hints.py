"""`-- schemactl:renamed from=old_name`: what a thing was called before.

A hint stands on a line of its own above what it speaks of, or behind it on the same line. `-- @renamed from=` is read
as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from schemactl.errors import Place, SqlSyntaxError
from schemactl.model import Kind, ObjectKey
from schemactl_postgres.names import clipped
from schemactl_postgres.read.tokens import Source

_HINT = re.compile(
    r'(?:--|/\*)[ \t]*(?:schemactl:renamed|@renamed)[ \t]+from=(?:"(?P<quoted>(?:[^"\n]|"")+)"|(?P<plain>[^\s*;,"]+))'
)
_ONLY_COMMENT = re.compile(r"\s*(?:--.*|/\*.*\*/\s*)?$")
#: What a hint never speaks of: of a role, the place is where it is named first.
_NEVER = (Kind.ROLE,)
#: What a line makes besides the thing that it begins with.
_LATER = (Kind.SEQUENCE, Kind.CONSTRAINT, Kind.INDEX)


def hints(source: Source, places: Mapping[ObjectKey, Place]) -> dict[ObjectKey, str]:
    """The old names, by the keys of the things. Raises SqlSyntaxError for a hint that belongs to nothing."""
    if "renamed" not in source.text:
        return {}
    lines = source.text.split("\n")
    here: dict[int, list[tuple[int, bool, ObjectKey]]] = {}
    for key, place in places.items():
        if place.file == source.name and place.line is not None and key.kind not in _NEVER:
            here.setdefault(place.line, []).append((place.column or 0, key.kind in _LATER, key))
    result: dict[ObjectKey, str] = {}
    for match in _HINT.finditer(source.text):
        place = source.place(match.start())
        assert place.line is not None
        line = place.line
        if _ONLY_COMMENT.match(lines[line - 1]):
            line += 1
            while line <= len(lines) and lines[line - 1].strip() and _ONLY_COMMENT.match(lines[line - 1]):
                line += 1
        if line not in here:
            raise SqlSyntaxError(
                "this hint belongs to nothing",
                place=place,
                hint="write it on the line above the table, column, constraint, index or type that was renamed",
            )
        key = min(here[line])[2]
        quoted = match["quoted"]
        result[key] = clipped(quoted.replace('""', '"') if quoted else match["plain"].rpartition(".")[2].lower())
    return result
