"""Tokens of an expression, cut as Postgres' own scanner cuts them.

Not sqlglot's Tokenizer: that folds operators into key words and drops the form of strings, and an expression needs
neither its import (0.13 s) nor its speed.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Unreadable(Exception):
    """The text is no expression that this package understands."""


class Token(NamedTuple):
    """`kind`: name (folded), quoted (an identifier in quotes), string, bits, number, op, punct, end."""

    kind: str
    text: str


END = Token("end", "")

_TOKEN = re.compile(
    r"""
      (?P<space>\s+|--[^\n]*)
    | (?P<comment>/\*)
    | (?P<escape>[eE]'(?:[^'\\]|''|\\.)*')
    | (?P<bits>[bBxX]'[0-9a-fA-F]*')
    | (?P<unicode>[uU]&['"])
    | (?P<string>[nN]?'(?:[^']|'')*')
    | (?P<dollar>\$(?P<tag>[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$)
    | (?P<name>[A-Za-z_\x80-\U0010ffff][\w$\x80-\U0010ffff]*)
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<number>0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)
    | (?P<punct>::|[()\[\],.:])
    | (?P<op>[-+*/<>=~!@\#%^&|`?]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)|''", re.DOTALL)
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_FOLD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def tokens(text: str) -> list[Token]:
    """All tokens of `text` and one END. Raises Unreadable."""
    out: list[Token] = []
    at, newline = 0, False
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unreadable(f"no token at {text[at : at + 20]!r}")
        kind, word, at = str(match.lastgroup), match.group(), match.end()
        if kind == "space":
            newline = newline or "\n" in word
            continue
        if kind == "comment":
            at = _comment_end(text, at)
            continue
        if kind in ("tag", "dollar"):
            closing = text.find(word, at)
            if closing < 0:
                raise Unreadable("a dollar-quoted string has no end")
            token, at = Token("string", text[at:closing]), closing + len(word)
        elif kind == "op":
            word = _operator(word)
            token, at = Token("op", word), match.start() + len(word)
        else:
            token = _token(kind, word)
        # two strings with a line break between them are one
        if token.kind == "string" and newline and out and out[-1].kind == "string":
            token = Token("string", out.pop().text + token.text)
        out.append(token)
        newline = False
    out.append(END)
    return out


def _token(kind: str, word: str) -> Token:
    if kind == "name":
        return Token("name", word.translate(_FOLD))
    if kind == "quoted":
        return Token("quoted", word[1:-1].replace('""', '"'))
    if kind == "string":
        return Token("string", word[word.index("'") + 1 : -1].replace("''", "'"))
    if kind == "escape":
        return Token("string", _ESCAPE.sub(_unescape, word[2:-1]))
    if kind == "unicode":
        raise Unreadable("a U& string")
    return Token(kind, word)


def _unescape(match: re.Match[str]) -> str:
    body = match.group(1)
    if body is None:
        return "'"
    if body[0] in "01234567" or (body[0] in "xuU" and len(body) > 1):
        code = int(body, 8) if body[0].isdigit() else int(body[1:], 16)
        # bytes above ASCII only mean something together with their neighbours
        if code > 127 and body[0] not in "uU":
            raise Unreadable("a byte escape")
        return chr(code)
    return _CONTROL.get(body, body)


def _comment_end(text: str, at: int) -> int:
    depth = 1
    while depth:
        match = re.compile(r"/\*|\*/").search(text, at)
        if match is None:
            raise Unreadable("a comment has no end")
        depth += 1 if match.group() == "/*" else -1
        at = match.end()
    return at


def _operator(word: str) -> str:
    """The first operator in a run of operator characters: a comment ends it, and most may not end in + or -."""
    for comment in ("--", "/*"):
        cut = word.find(comment)
        if cut > 0:
            word = word[:cut]
    while len(word) > 1 and word[-1] in "+-" and not set(word) & set("~!@#%^&|`?"):
        word = word[:-1]
    return word
