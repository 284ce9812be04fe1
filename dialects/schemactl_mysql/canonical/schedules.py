"""When an event is due, as SHOW CREATE EVENT prints it. Measured on MySQL 9.7, MariaDB 10.11 and 11.8.

What is in no form that is known here stays as it is written: see confirm_schedules.
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
#: What the server prints.
_PRINTED = re.compile(r"'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d'")
_PRINTED_INTERVAL = re.compile(r"\d+ [A-Z]+|'\d+(?:[ :-]\d+)*' [A-Z]+_[A-Z]+")
#: A number, quoted or not, and a unit; or several numbers, as in '1:30' HOUR_MINUTE.
_INTERVAL = re.compile(
    r"""(?P<quote>['"]?)(?P<numbers>\d+(?:[^\w'"]+\d+)*)(?P=quote) (?P<unit>[A-Z_]+)""", re.IGNORECASE
)
#: The parts of a time, how many of the next one each has, and what stands before the next.
_PARTS = {"DAY": (24, " "), "HOUR": (60, ":"), "MINUTE": (60, ":"), "SECOND": (1, "")}
_MONTHS = {"YEAR": (12, "-"), "MONTH": (1, "")}


def canonical_schedule(it: EventOptions) -> EventOptions:
    return replace(
        it,
        at=it.at and canonical_moment(it.at),
        starts=it.starts and canonical_moment(it.starts),
        ends=it.ends and canonical_moment(it.ends),
        every=it.every and canonical_interval(it.every),
    )


def canonical_moment(text: str) -> str:
    """Events know whole seconds: the server cuts off what is less."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return text
    year, month, day = map(int, found["date"].split("-"))
    time = (found["time"] or "0:0").partition(".")[0]
    hour, minute, second = map(int, (*time.split(":"), "0")[:3])
    return f"'{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}'"


def canonical_interval(text: str) -> str:
    """`2 WEEK`, or `'1:30' HOUR_MINUTE`: the numbers count from the last part on, and each part is no more than it may be."""
    found = _INTERVAL.fullmatch(text)
    if found is None:
        return text
    unit, numbers = found["unit"].upper(), [int(number) for number in re.findall(r"\d+", found["numbers"])]
    if "_" not in unit:
        return f"{numbers[0]} {unit}" if len(numbers) == 1 else text
    parts = _parts(unit)
    # Without quotes it is an expression, such as 1.5, which the server works out.
    if not parts or len(numbers) > len(parts) or (len(numbers) > 1 and not found["quote"]):
        return text
    numbers = [0] * (len(parts) - len(numbers)) + numbers
    for place in range(len(parts) - 1, 0, -1):
        more, numbers[place] = divmod(numbers[place], parts[place - 1][0])
        numbers[place - 1] += more
    printed = "".join(f"{number}{separator}" for number, (_, separator) in zip(numbers, parts, strict=True))
    return f"'{printed.removesuffix(parts[-1][1])}' {unit}"


def is_moment(text: str) -> bool:
    """Whether it is in the form that the server prints."""
    return _PRINTED.fullmatch(text) is not None


def is_interval(text: str) -> bool:
    """Whether it is in the form that the server prints."""
    return _PRINTED_INTERVAL.fullmatch(text) is not None


def _parts(unit: str) -> list[tuple[int, str]]:
    """Those of a unit such as DAY_MINUTE, from the first to the last; none of one that is not known."""
    first, _, last = unit.partition("_")
    for known in (_PARTS, _MONTHS):
        if first in known and last in known:
            names = list(known)
            return [known[name] for name in names[names.index(first) : names.index(last) + 1]]
    return []
