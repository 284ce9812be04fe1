"""Whether a view can be merged into what queries it; else the server keeps ALGORITHM=MERGE as UNDEFINED, and warns.

Measured on MySQL 9.7, MariaDB 10.11 and 11.8: what a query within the query does, does not count.
"""

from __future__ import annotations

from schemactl.reading import Sort, Token
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.read.scanner import Lexical, tokens_of

_NEVER = frozenset({"UNION", "EXCEPT", "INTERSECT", "MINUS", "GROUP", "HAVING", "LIMIT", "FETCH", "DISTINCT", "OVER"})
_AGGREGATES = frozenset(
    """
    AVG BIT_AND BIT_OR BIT_XOR COUNT GROUP_CONCAT JSON_ARRAYAGG JSON_OBJECTAGG MAX MIN STD STDDEV STDDEV_POP STDDEV_SAMP
    SUM VARIANCE VAR_POP VAR_SAMP
    """.split()
)


def is_mergeable(query: str, flavour: Flavour) -> bool:
    tokens = tokens_of(query, Lexical(flavour=flavour))
    own = _own(_bare(tokens))
    words = [t.word for t in own]
    called = {one for one, behind in zip(words, [*words[1:], ""], strict=True) if behind == "("}
    return "FROM" in words and not _NEVER & set(words) and not _AGGREGATES & called


def _bare(tokens: list[Token]) -> list[Token]:
    """The tokens without parentheses about all of them."""
    while tokens and tokens[0].word == "(" and _closing(tokens, 0) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def _own(tokens: list[Token]) -> list[Token]:
    """The tokens that belong to no query within the query."""
    found, i = [], 0
    while i < len(tokens):
        if tokens[i].word == "(" and i + 1 < len(tokens) and tokens[i + 1].word in ("SELECT", "WITH", "VALUES"):
            i = _closing(tokens, i)
        found.append(tokens[i])
        i += 1
    return [t for t in found if t.sort in (Sort.WORD, Sort.OPERATOR)]


def _closing(tokens: list[Token], opening: int) -> int:
    depth = 0
    for i in range(opening, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[i].word, 0)
        if not depth:
            return i
    return len(tokens) - 1
