"""What a column's new type makes of the values it has: which it refuses, and which it changes without a word.

Conditions are on the column as `{c}`. Where there is doubt, a condition finds less than the server would refuse:
rows must never stop a plan that the server would carry out. All under a strict sql_mode, which is that of our sessions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from schemactl.model import Column
from schemactl.steps import Hazard
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.sql import literal
from schemactl_mysql.types import CHARACTER, SIZES, WIDTHS, base, members

_BYTES = dict(zip(WIDTHS, (1, 2, 3, 4, 8), strict=True))
_TEXT_SIZE = {f"{size}{kind}": n for size, n in SIZES for kind in ("text", "blob")}
_FAMILIES = {
    "int": frozenset(WIDTHS),
    "decimal": frozenset({"decimal"}),
    "float": frozenset({"float", "double"}),
    "member": frozenset({"enum", "set"}),
    "text": CHARACTER - {"enum", "set"},
    "binary": frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"}),
    "moment": frozenset({"datetime", "timestamp"}),
    "date": frozenset({"date"}),
    "time": frozenset({"time"}),
    "json": frozenset({"json"}),
    "bit": frozenset({"bit"}),
}
#: Character sets that hold whatever another can.
_WHOLE = frozenset({"utf8mb4", "utf16", "utf16le", "utf32", "binary", None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """`where` is a condition; `finds` completes "3 rows of t:"."""

    where: str
    finds: str
    hazard: Hazard = Hazard.NARROWS_TYPE
    refused: bool = True


@dataclass(frozen=True)
class Type:
    """A type in the server's spelling, taken apart."""

    text: str
    charset: str | None = None
    width: int = 4

    @cached_property
    def base(self) -> str:
        return base(self.text)

    @cached_property
    def family(self) -> str:
        return next((name for name, of in _FAMILIES.items() if self.base in of), self.base)

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        found = re.match(r"\w+\(([\d,]+)\)", self.text)
        return tuple(int(n) for n in found[1].split(",")) if found else ()

    @property
    def unsigned(self) -> bool:
        return "unsigned" in self.text or "zerofill" in self.text

    @property
    def range(self) -> tuple[int, int]:
        """Of an integer."""
        bits = 8 * _BYTES[self.base]
        return (0, 2**bits - 1) if self.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)

    @property
    def digits(self) -> tuple[int, int]:
        """Of a decimal: before the point, and behind it."""
        whole, scale = (*self.numbers, 10, 0)[:2] if len(self.numbers) > 1 else (*(self.numbers or (10,)), 0)
        return whole - scale, scale

    @property
    def size(self) -> tuple[int | None, int | None]:
        """What a text or binary string holds: so many characters, or so many bytes."""
        if self.base in _TEXT_SIZE:
            return None, _TEXT_SIZE[self.base]
        size = self.numbers[0] if self.numbers else 1
        return (None, size) if self.family == "binary" else (size, None)


def misfits(context: Context, old: Column, it: Column) -> Iterator[Misfit]:
    """What the values of `old` do not suit in the type of `it`."""
    if old.generated is not None or it.generated is not None:
        return
    was, shall = _type(context, old), _type(context, it)
    if was.charset != shall.charset and shall.charset not in _WHOLE and was.charset not in (None, "binary"):
        there = f"CONVERT({{c}} USING {shall.charset})"
        where = f"CAST(CONVERT({there} USING utf8mb4) AS BINARY) <> CAST(CONVERT({{c}} USING utf8mb4) AS BINARY)"
        yield Misfit(where=where, finds=f"what {shall.charset} cannot hold in {it.name}")
    if was.text != shall.text:
        rule = _RULES.get((was.family, shall.family)) or _RULES.get(("", shall.family))
        if rule is not None:
            yield from rule(was, shall, it.name)


def may_lose(context: Context, old: Column, it: Column) -> Hazard | None:
    """The hazard of a type that does not take every value that the old one had."""
    if old.generated is not None or it.generated is not None:
        return None
    was, shall = _type(context, old), _type(context, it)
    if was.family == shall.family == "member":
        return Hazard.REMOVES_ENUM_VALUE if _gone(was, shall) or was.base != shall.base else None
    if any(True for _ in misfits(context, old, it)):
        return Hazard.NARROWS_TYPE
    known = (was.family, shall.family) in _RULES or shall.family in _EXACT.get(was.family, ())
    return (
        None
        if was.text == shall.text or (known and shall.base != "set") or _is_exact(was, shall)
        else Hazard.NARROWS_TYPE
    )


#: What takes all values of a family whatever its size.
_EXACT = {"date": ("moment",), "json": ("json",)}


def _is_exact(was: Type, shall: Type) -> bool:
    if shall.family == "float":
        limit = 4 if shall.base == "double" else 2
        kept = was.base == "float" or (was.family == "int" and _BYTES[was.base] <= limit)
        return shall.unsigned <= was.unsigned and (kept or was.base == shall.base)
    if was.base == "year":
        return shall.family == "text" or (shall.family == "int" and _BYTES[shall.base] > 1)
    # Anything but bytes can be a text, and one that is too short is found above.
    text = shall.family == "text" and was.family not in ("binary", "bit")
    return text or shall.family == "binary" or was.base == shall.base


def _type(context: Context, it: Column) -> Type:
    charset = context.charset(it.collation) if it.collation else None
    return Type(it.type.text, charset, {"latin1": 1, "ascii": 1, "utf8mb3": 3}.get(charset or "", 4))


# -- by families, from and to


def _to_int(was: Type, shall: Type, name: str) -> Iterator[Misfit]:
    least, most = shall.range
    value = "{c}" if was.family == "int" else "ROUND({c})"
    outside = []
    if was.family != "int" or was.range[0] < least:
        outside.append(f"{value} < {least}")
    if was.family != "int" or was.range[1] > most:
        outside.append(f"{value} > {most}")
    if outside:
        # MySQL takes the nearest bigint for a float, without a word.
        finds = f"a value in {name} that is outside of {shall.text}"
        refused = not (was.family == "float" and shall.base == "bigint")
        yield Misfit(where=" OR ".join(outside), finds=finds, refused=refused)
    if was.family != "int" and (was.family == "float" or was.digits[1]):
        yield Misfit(where="{c} <> ROUND({c})", finds=f"a fraction in {name}, which is rounded", refused=False)


def _to_decimal(was: Type, shall: Type, name: str) -> Iterator[Misfit]:
    whole, scale = shall.digits
    old_whole, old_scale = (
        was.digits if was.family == "decimal" else (len(str(was.range[1])), 0) if was.family == "int" else (999, 999)
    )
    value = f"ROUND({{c}}, {scale})"
    outside = []
    if old_whole > whole or (old_whole == whole and old_scale > scale):
        outside.append(f"ABS({value}) >= 1{'0' * whole}")
    if shall.unsigned and not was.unsigned:
        outside.append(f"{value} < 0")
    if outside:
        yield Misfit(where=" OR ".join(outside), finds=f"a value in {name} that is outside of {shall.text}")
    if old_scale > scale:
        yield Misfit(where=f"{{c}} <> {value}", finds=f"more digits in {name}, which are rounded", refused=False)


def _to_text(was: Type, shall: Type, name: str) -> Iterator[Misfit]:
    characters, size = shall.size
    finds = f"a value in {name} that is too long for {shall.text}"
    # Blanks at the end of a text are cut, which is no error.
    value = "TRIM(TRAILING ' ' FROM {c})" if was.family == "text" else "{c}"
    if characters is not None:
        if was.family == "text" and (was.size[0] or 0x7FFFFFFF) <= characters:
            return
        if was.family == "member" and _longest(was) <= characters:
            return
        if was.family == "int" and len(str(was.range[0])) <= characters and len(str(was.range[1])) <= characters:
            return
        yield Misfit(where=f"CHAR_LENGTH({value}) > {characters}", finds=finds)
    elif size is not None and _bytes(was, shall) > size:
        converted = f"CONVERT({value} USING {shall.charset})" if shall.charset else value
        yield Misfit(where=f"LENGTH({converted}) > {size}", finds=finds)


def _longest(it: Type) -> int:
    """The most characters of an enum, or of a set with all its members."""
    lengths = [len(m) for m in members(it.text)]
    return sum(lengths) + len(lengths) - 1 if it.base == "set" else max(lengths, default=0)


def _bytes(was: Type, shall: Type) -> int:
    """The most bytes that a value can have once it is converted."""
    if was.family not in ("text", "binary"):
        return 0 if was.family != "json" else 2**32
    characters, size = was.size
    per = max(shall.width, 1)
    return characters * per if characters is not None else (size or 0) * (1 if was.charset == shall.charset else per)


def _to_binary(was: Type, shall: Type, name: str) -> Iterator[Misfit]:
    _, size = shall.size
    old = was.size if was.family in ("text", "binary") else (None, 2**32)
    most = old[0] * was.width if old[0] is not None else old[1] or 0
    if size is not None and most > size:
        yield Misfit(where=f"LENGTH({{c}}) > {size}", finds=f"a value in {name} that is too long for {shall.text}")


def _gone(was: Type, shall: Type) -> list[str]:
    kept = {m.lower() for m in members(shall.text)}
    return [m for m in members(was.text) if m.lower() not in kept]


def _members(was: Type, shall: Type, name: str) -> Iterator[Misfit]:
    gone = _gone(was, shall)
    if not gone or was.base != shall.base:
        return
    if was.base == "enum":
        where = f"{{c}} IN ({', '.join(map(literal, gone))})"
    else:
        where = " OR ".join(f"FIND_IN_SET({literal(m)}, {{c}})" for m in gone)
    shown = ", ".join(map(literal, gone))
    yield Misfit(where=where, finds=f"{shown} in {name}, which is removed", hazard=Hazard.REMOVES_ENUM_VALUE)


def _text_to_member(was: Type, shall: Type, name: str) -> Iterator[Misfit]:
    if shall.base == "enum":
        # A number in a text is taken for that of a member.
        where = f"{{c}} NOT IN ({', '.join(map(literal, members(shall.text)))}) AND {{c}} NOT REGEXP '^[0-9]+$'"
        yield Misfit(where=where, finds=f"a value in {name} that is none of {shall.text}")


def _text_to_number(was: Type, shall: Type, name: str) -> Iterator[Misfit]:
    yield Misfit(where="TRIM({c}) NOT REGEXP '^[-+]?[.]?[0-9]'", finds=f"what is no number in {name}")


def _text_to_json(was: Type, shall: Type, name: str) -> Iterator[Misfit]:
    yield Misfit(where="NOT JSON_VALID({c})", finds=f"what is no JSON in {name}")


def _text_to_moment(was: Type, shall: Type, name: str) -> Iterator[Misfit]:
    yield Misfit(where="{c} IS NOT NULL AND CAST({c} AS DATETIME) IS NULL", finds=f"what is no date in {name}")


def _moments(was: Type, shall: Type, name: str) -> Iterator[Misfit]:
    old, new = ((t.numbers or (0,))[0] for t in (was, shall))
    if old > new:
        kind = "TIME" if shall.base == "time" else "DATETIME"
        where = f"{{c}} <> CAST({{c}} AS {kind}({new}))"
        yield Misfit(where=where, finds=f"fractions of a second in {name}, which are rounded", refused=False)
    if shall.base == "timestamp" and was.base != "timestamp":
        # The newest servers have a later end; a day more is for time zones.
        where = "{c} < '1969-12-31' OR {c} > '2106-02-09'"
        yield Misfit(where=where, finds=f"a time in {name} that no timestamp can be")


def _to_date(was: Type, shall: Type, name: str) -> Iterator[Misfit]:
    yield Misfit(where="{c} <> DATE({c})", finds=f"a time of day in {name}, which is lost", refused=False)


def _bits(was: Type, shall: Type, name: str) -> Iterator[Misfit]:
    old, new = ((t.numbers or (1,))[0] for t in (was, shall))
    if old > new:
        yield Misfit(where=f"{{c}} + 0 >= {1 << new}", finds=f"a value in {name} that is outside of {shall.text}")


_RULES: dict[tuple[str, str], Callable[[Type, Type, str], Iterator[Misfit]]] = {
    **{(old, "int"): _to_int for old in ("int", "decimal", "float")},
    **{(old, "decimal"): _to_decimal for old in ("int", "decimal", "float")},
    **{("text", new): _text_to_number for new in ("int", "decimal", "float")},
    **{("text", new): _text_to_moment for new in ("moment", "date")},
    ("text", "json"): _text_to_json,
    ("text", "member"): _text_to_member,
    ("", "text"): _to_text,
    ("", "binary"): _to_binary,
    ("member", "member"): _members,
    ("moment", "moment"): _moments,
    ("date", "moment"): _moments,
    ("time", "time"): _moments,
    ("moment", "date"): _to_date,
    ("bit", "bit"): _bits,
}
