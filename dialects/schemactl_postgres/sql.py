"""The one place where names and text become SQL."""

from __future__ import annotations

import re

from schemactl.model import ObjectKey
from schemactl_postgres.keywords import RESERVED

#: Where these occur, quotes cannot be paired by looking at single characters: escapes, dollar quotes, comments.
_SUBTLE = ("\\", "$", "--", "/*")
_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


def quoted(name: str) -> str:
    """An identifier as quote_ident prints it: bare where it is lower-case and no reserved word."""
    if _PLAIN.fullmatch(name) and name not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def qualified(key: ObjectKey) -> str:
    """`schema.name` for what stands in a schema, `name` for the rest."""
    return f"{quoted(key.schema)}.{quoted(key.name)}" if key.schema else quoted(key.name)


def literal(text: str) -> str:
    """A string constant that means the same under either setting of standard_conforming_strings."""
    body = text.replace("'", "''")
    if "\\" in body:
        return " E'" + body.replace("\\", "\\\\") + "'"
    return f"'{body}'"


def parenthesised(text: str) -> str:
    """An expression in parentheses, without a second pair around one that has them already."""
    depth, quote = 0, ""
    if not text.startswith("(") or any(c in text for c in _SUBTLE):
        return f"({text})"
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "()":
            depth += 1 if character == "(" else -1
            if depth == 0:
                return text if position == len(text) - 1 else f"({text})"
    return f"({text})"


def is_plain_term(text: str) -> bool:
    """Whether no operator or blank stands outside quotes and parentheses, so that no clause can be cut short."""
    if any(c in text for c in _SUBTLE):
        return False
    depth, quote = 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif depth == 0 and not (character.isalnum() or character in "_.:-+"):
            return False
    return not quote


def names(columns: tuple[str, ...]) -> str:
    return ", ".join(quoted(c) for c in columns)
