"""Literals that mean the moment at which their statement runs: `'now'`, `'today'`."""

from __future__ import annotations

import re

from schemactl.model import Expression

_TIME = r"(date|time|timetz|timestamp|timestamptz)(?:\(\d\))?"
_LITERAL = re.compile(rf"'([^']*)'::{_TIME}")
#: The manual's "Special Date/Time Inputs" that are no constants.
_MOMENT = re.compile(r"\b(now|today|tomorrow|yesterday)\b", re.IGNORECASE)


def settled_moment(default: Expression, live: Expression | None) -> Expression:
    """The live default where it may be what such a literal came to when its statement ran.

    The server reads it once and stores the time that it was. Which one that was nobody can tell any more, so that any
    constant of the type is it; and to set it again would make another, at every run.
    """
    wanted = _LITERAL.fullmatch(default.canonical)
    found = _LITERAL.fullmatch(live.canonical) if live is not None else None
    if live is None or wanted is None or found is None or wanted[2] != found[2] or not _MOMENT.search(wanted[1]):
        return default
    return live
