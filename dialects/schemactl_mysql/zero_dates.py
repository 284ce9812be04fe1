"""Defaults that are no dates: '0000-00-00' and its like, which old tables have and strict servers refuse.

Under NO_ZERO_DATE or NO_ZERO_IN_DATE neither server makes or alters a table that has one, whatever the ALTER is about;
it looks at the table as it would be (MySQL 9.7, MariaDB 10.11 and 11.8).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from schemactl.model import Column

_REFUSING = ("NO_ZERO_DATE", "NO_ZERO_IN_DATE")
_ZERO_DATE = re.compile(r"'(0000-\d\d-\d\d|\d{4}-00-\d\d|\d{4}-\d\d-00)\b")
HINT = (
    "the session's sql_mode has NO_ZERO_DATE or NO_ZERO_IN_DATE, under which the server neither makes nor alters a table"
    " that has such a default: take another, or connect under a mode without them: ?sql_mode=STRICT_TRANS_TABLES in the URL"
)


def has_zero_date(columns: Iterable[Column]) -> bool:
    """Whether any has a date for its default whose year, month or day is zero."""
    return any(c.default is not None and _ZERO_DATE.match(c.default.text) for c in columns)


def refuses_zero_dates(sql_mode: str) -> bool:
    return any(mode in sql_mode.split(",") for mode in _REFUSING)
