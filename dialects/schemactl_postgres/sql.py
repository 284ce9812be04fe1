"""The one place where names and text become SQL."""

from __future__ import annotations

import re

from schemactl.model import ObjectKey
from schemactl_postgres.keywords import RESERVED

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


def names(columns: tuple[str, ...]) -> str:
    return ", ".join(quoted(c) for c in columns)
