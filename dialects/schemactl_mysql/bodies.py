"""Bodies of stored programs as their servers keep them, and as clients send them: comments are lost on the way."""

from __future__ import annotations

from schemactl.errors import SqlSyntaxError
from schemactl.reading import Token
from schemactl_mysql.read.scanner import Lexical, tokens_of


def without_end(body: str, lexical: Lexical) -> str:
    """The body up to its last token: MySQL keeps a comment behind that of a trigger, which no other print has."""
    tokens = _tokens(body, lexical)
    return body[: tokens[-1].stop] if tokens else body


def as_it_is(body: str, live: str, lexical: Lexical) -> str:
    """The live body if it is the desired one without its comments, which a client takes away (unless --comments)."""
    if body == live:
        return body
    wanted, found = _tokens(body, lexical), _tokens(live, lexical)
    if not _has_comments(body, wanted) or _has_comments(live, found):
        return body
    same = [body[t.start : t.stop] for t in wanted] == [live[t.start : t.stop] for t in found]
    return live if same else body


def _tokens(body: str, lexical: Lexical) -> list[Token]:
    try:
        return tokens_of(body, lexical)
    except SqlSyntaxError:
        return []  # read under another sql_mode than it was written for: it is compared as it stands


def _has_comments(body: str, tokens: list[Token]) -> bool:
    stops = [0, *(token.stop for token in tokens)]
    starts = [*(token.start for token in tokens), len(body)]
    return any(body[stop:start].strip() for stop, start in zip(stops, starts, strict=True))
