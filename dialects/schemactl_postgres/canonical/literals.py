"""Literals of a known type, in one spelling where several mean the same value.

Only what is the same whatever the session's settings: a date in ISO form, an interval in plain units, a boolean's
words, JSON that jsonb stores alike. The rest stays as it was written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache

_TRUE = frozenset({"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"})
_FALSE = frozenset({"f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"})
_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SPAN = re.compile(r"([+-]?\d+)\s*([a-z]+)\s*|([+-]?)(\d+):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\s*", re.IGNORECASE)
_SECOND = 1_000_000
#: (months, days, microseconds) of one unit.
_UNITS: dict[str, tuple[int, int, int]] = {}
for _names, _size in (
    ("y yr yrs year years", (12, 0, 0)),
    ("mon mons month months", (1, 0, 0)),
    ("w week weeks", (0, 7, 0)),
    ("d day days", (0, 1, 0)),
    ("h hr hrs hour hours", (0, 0, 3600 * _SECOND)),
    ("min mins minute minutes", (0, 0, 60 * _SECOND)),
    ("s sec secs second seconds", (0, 0, _SECOND)),
):
    _UNITS |= dict.fromkeys(_names.split(), _size)


@lru_cache(maxsize=8192)
def literal(kind: str, value: str) -> str:
    """The one spelling of `value` as a literal of type `kind`: `'x'::text`."""
    spell = _SPELLINGS.get(kind)
    body = spell(value) if spell else value
    return "'" + body.replace("'", "''") + "'::" + kind


def number(value: str) -> tuple[str, str]:
    """A number's digits and type, as the scanner reads them: `1e3` is numeric 1000."""
    sign, digits = ("-", value[1:]) if value.startswith("-") else ("", value)
    digits = digits.replace("_", "")
    whole = digits[:2].lower() in ("0x", "0o", "0b") or digits.isdigit()
    if not whole:
        return _numeric(sign + digits), "numeric"
    size = int(digits, 0 if digits[1:2].isalpha() else 10)
    size = -size if sign else size
    kind = "int4" if -(2**31) <= size < 2**31 else "int8" if -(2**63) <= size < 2**63 else "numeric"
    return str(size), kind


def _numeric(value: str) -> str:
    try:
        found = Decimal(value.strip())
    except InvalidOperation:
        return value
    exponent = found.as_tuple().exponent
    return format(found, "f") if isinstance(exponent, int) and -400 < exponent < 400 else value


def _whole(value: str) -> str:
    return str(int(value)) if re.fullmatch(r"\s*[+-]?\d+\s*", value) else value


def _boolean(value: str) -> str:
    word = value.strip().lower()
    return "true" if word in _TRUE else "false" if word in _FALSE else value


def _timestamp(value: str) -> str:
    match = _TIMESTAMP.fullmatch(value.strip())
    if match is None:
        return value
    day, minute, second, fraction = match.groups()
    fraction = (fraction or "").rstrip("0")
    return f"{day} {minute or '00:00'}:{second or '00'}" + ("." + fraction if fraction else "")


def _interval(value: str) -> str:
    at, total, text = 0, [0, 0, 0], value.strip()
    # what a sign covers depends on IntervalStyle, unless it stands before the only field
    if "-" in text and len(text.split()) > 2:
        return value
    while at < len(text):
        match = _SPAN.match(text, at)
        if match is None:
            return value
        count, unit, sign, hours, minutes, seconds, fraction = match.groups()
        if unit is not None:
            size = _UNITS.get(unit.lower())
            if size is None:
                return value
            total = [t + int(count) * s for t, s in zip(total, size, strict=True)]
        else:
            micros = (int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)) * _SECOND
            micros += int((fraction or "0").ljust(6, "0"))
            total[2] += -micros if sign == "-" else micros
        at = match.end()
    return "P{},{},{}".format(*total) if text else value


class _Exact(str):
    """A number of JSON, kept in its digits: 1.0 and 1 print differently."""

    __slots__ = ()


def _jsonb(value: str) -> str:
    try:
        found = json.loads(value, parse_float=_Exact, parse_int=_Exact)
    except (ValueError, RecursionError):
        return value
    return _printed(found)


def _printed(found: object) -> str:
    if isinstance(found, dict):
        return "{" + ",".join(json.dumps(k) + ":" + _printed(found[k]) for k in sorted(found)) + "}"
    if isinstance(found, list):
        return "[" + ",".join(map(_printed, found)) + "]"
    return str(found) if isinstance(found, _Exact) else json.dumps(found)


_SPELLINGS: dict[str, Callable[[str], str]] = {
    "bool": _boolean,
    "timestamp": _timestamp,
    "interval": _interval,
    "jsonb": _jsonb,
    "uuid": lambda value: value.lower() if _UUID.fullmatch(value) else value,
    "numeric": _numeric,
    "int2": _whole,
    "int4": _whole,
    "int8": _whole,
}
