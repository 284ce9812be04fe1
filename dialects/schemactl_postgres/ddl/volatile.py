"""Which defaults the server works out once for all rows, and which it works out for each."""

from __future__ import annotations

import re

from schemactl.model import Expression

#: A constant, or one of these calls.
_CONSTANT = re.compile(
    r"\(*(?:-?[\d.]+|true|false|null|'(?:[^']|'')*'|current_(?:timestamp|date|time|user)|localtimestamp"
    r"|(?:now|transaction_timestamp|statement_timestamp)\(\))\)*(?:::[\w .\"\[\](),]+)?\)*",
    re.IGNORECASE,
)


def is_constant(it: Expression) -> bool:
    """Whether it is known to be worked out once: what is not known to be may give each row a value of its own."""
    return _CONSTANT.fullmatch(it.text.strip()) is not None
