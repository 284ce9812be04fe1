"""What the server can alter of a definition; all else is dropped and made again."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.model import Definition, Kind
from schemactl_postgres.defined import LINKS, MAPPING, OPTION, grouped, mappings, options
from schemactl_postgres.sql import quoted

#: What CREATE OR REPLACE is said of.
REPLACEABLE = frozenset({Kind.LANGUAGE, Kind.TRANSFORM})
#: From this version on an operator may be given what it lacks of these; none can be taken away.
_SET_ONCE = (*LINKS, "hashes", "merges")
SET_ONCE_SINCE = (17,)


def is_replaced(was: Definition, it: Definition, version: tuple[int, ...]) -> bool:
    """Whether the server cannot alter the one into the other."""
    if was.types != it.types:
        return True
    before, after = dict(was.properties), dict(it.properties)
    differing = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    match it.kind:
        case Kind.OPERATOR:
            fixed = differing - {"restrict", "join"}
            return bool(fixed) and (version < SET_ONCE_SINCE or any(n not in _SET_ONCE or n in before for n in fixed))
        case Kind.SEARCH_CONFIGURATION:
            return any(not name.startswith(MAPPING) for name in differing)
        case Kind.SEARCH_DICTIONARY:
            return any(not name.startswith(OPTION) for name in differing)
        case kind if kind in REPLACEABLE:
            return False
        case _:
            return bool(differing)


def clauses(was: Definition, it: Definition) -> Iterator[tuple[str, str]]:
    """What follows ALTER and the name, with a reason."""
    if was.properties == it.properties:
        return
    match it.kind:
        case Kind.OPERATOR:
            yield f"SET ({', '.join(_operator_options(was, it))})", "options differ"
        case Kind.SEARCH_CONFIGURATION:
            yield from _mappings(was, it)
        case Kind.SEARCH_DICTIONARY:
            before, after = options(was), options(it)
            changed = [f"{quoted(n)} = {v}" for n, v in after.items() if before.get(n) != v]
            changed += [quoted(n) for n in before if n not in after]
            yield f"({', '.join(changed)})", "options differ"


def _operator_options(was: Definition, it: Definition) -> Iterator[str]:
    before, after = dict(was.properties), dict(it.properties)
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            value = after.get(name, "NONE")
            yield f"{name.upper()} = {value}" if value else name.upper()


def _mappings(was: Definition, it: Definition) -> Iterator[tuple[str, str]]:
    before, after = mappings(was), mappings(it)
    if gone := [token for token in sorted(before) if token not in after]:
        yield f"DROP MAPPING FOR {', '.join(gone)}", "not to be mapped"
    for dictionaries, tokens in grouped({t: d for t, d in after.items() if t not in before}).items():
        yield f"ADD MAPPING FOR {tokens} WITH {dictionaries}", "to be mapped"
    for dictionaries, tokens in grouped({t: d for t, d in after.items() if before.get(t, d) != d}).items():
        yield f"ALTER MAPPING FOR {tokens} WITH {dictionaries}", "mapped otherwise"
