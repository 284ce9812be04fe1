"""When an event is due, as SHOW CREATE EVENT prints it. Measured on MySQL 9.7 and MariaDB 11.8.

What is in no form that is known here stays as it is written.
"""

from __future__ import annotations

import re
from dataclasses import replace

from schemactl_mysql.options import EventOptions

_MOMENT = re.compile(
    r"""(?:(?:TIMESTAMP|DATE)\s*)?(?P<quote>['"])(?P<date>\d{4}-\d{1,2}-\d{1,2})"""
    r"""(?:[ T](?P<time>\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d*)?)?))?(?P=quote)""",
    re.IGNORECASE,
)
#: A number, quoted or not, and a unit; or several numbers, as in '1:30' HOUR_MINUTE.
_INTERVAL = re.compile(r"""(?P<quote>['"]?)(?P<numbers>\d+(?:[:. ]\d+)*)(?P=quote) (?P<unit>[A-Z_]+)""", re.IGNORECASE)


def canonical_schedule(it: EventOptions) -> EventOptions:
    return replace(it, at=_moment(it.at), starts=_moment(it.starts), ends=_moment(it.ends), every=_interval(it.every))


def _moment(text: str | None) -> str | None:
    """Events know whole seconds: the server cuts off what is less."""
    found = _MOMENT.fullmatch(text) if text else None
    if found is None:
        return text
    year, month, day = map(int, found["date"].split("-"))
    time = (found["time"] or "0:0").partition(".")[0]
    hour, minute, second = map(int, (*time.split(":"), "0")[:3])
    return f"'{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}'"


def _interval(text: str | None) -> str | None:
    found = _INTERVAL.fullmatch(text) if text else None
    if found is None:
        return text
    unit = found["unit"].upper()
    if found["numbers"].isdigit():
        return text if "_" in unit else f"{int(found['numbers'])} {unit}"
    # Without quotes it is an expression, such as 1.5, which the server rounds.
    numbers = re.sub(r"\b0+(?=\d)", "", found["numbers"])
    return f"'{numbers}' {unit}" if found["quote"] and "_" in unit else text
