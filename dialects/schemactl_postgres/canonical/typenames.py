"""Names of types: every spelling of a server's type brought to its catalogue name, `integer` to `int4`."""

from __future__ import annotations

from functools import lru_cache

from schemactl_postgres.canonical.tokens import Token, Unreadable, tokens
from schemactl_postgres.canonical.tree import TypeName
from schemactl_postgres.types import BUILTIN

#: Spellings of the grammar, which are not names in pg_type.
ALIASES = {
    "int": "int4",
    "integer": "int4",
    "bigint": "int8",
    "smallint": "int2",
    "boolean": "bool",
    "real": "float4",
    "double precision": "float8",
    "decimal": "numeric",
    "dec": "numeric",
    "character": "bpchar",
    "char": "bpchar",
    "nchar": "bpchar",
    "national character": "bpchar",
    "national char": "bpchar",
    "character varying": "varchar",
    "char varying": "varchar",
    "nchar varying": "varchar",
    "national character varying": "varchar",
    "national char varying": "varchar",
    "bit varying": "varbit",
}
#: A modifier that the server adds to the bare word of the grammar, not to the quoted name.
IMPLIED = {"char": "1", "character": "1", "nchar": "1", "national character": "1", "national char": "1", "bit": "1"}

#: First words of types in the grammar's own spelling, which may stand before a literal: date '2020-01-01'.
_SECOND = {
    "double": ("precision",),
    "character": ("varying",),
    "char": ("varying",),
    "nchar": ("varying",),
    "bit": ("varying",),
    "national": ("character", "char"),
}
_FIELDS = frozenset({"year", "month", "day", "hour", "minute", "second", "to"})


class Tokens:
    """A cursor over tokens, shared by the parsers of types and of expressions."""

    def __init__(self, found: list[Token]) -> None:
        self.found = found
        self.at = 0

    @property
    def here(self) -> Token:
        return self.found[self.at]

    def ahead(self, count: int = 1) -> Token:
        return self.found[min(self.at + count, len(self.found) - 1)]

    def next(self) -> Token:
        token = self.found[self.at]
        if token.kind != "end":
            self.at += 1
        return token

    def take(self, kind: str, *texts: str) -> bool:
        """Step over a token of that kind and one of these texts, if it stands here."""
        token = self.found[self.at]
        if token[0] == kind and token[1] in texts:
            self.at += 1
            return True
        return False

    def expect(self, kind: str, text: str) -> None:
        if not self.take(kind, text):
            raise Unreadable(f"{text!r} expected, {self.here.text!r} found")

    def identifier(self) -> str:
        token = self.next()
        if token.kind not in ("name", "quoted"):
            raise Unreadable(f"a name expected, {token.text!r} found")
        return token.text


def parse_type(stream: Tokens) -> TypeName:
    """The type that stands here, with modifiers and array bounds. Raises Unreadable."""
    bare = stream.here.kind == "name"
    words = [stream.identifier()]
    while stream.take("punct", "."):
        words.append(stream.identifier())
        bare = False
    modifiers, zone = "", ""
    if bare:
        _more_words(stream, words)
        if words[0] == "interval":
            modifiers = _interval_fields(stream)
    name = " ".join(words) if bare else words[-1]
    if stream.take("punct", "("):
        modifiers += _modifiers(stream)
    if bare and name in ("timestamp", "time"):
        zone = _zone(stream)
    array = _array(stream)
    if bare:
        return _plain(name + zone, modifiers, array)
    schema = words[-2] if len(words) > 1 else None
    if schema in (None, "pg_catalog") and name in BUILTIN:
        # the quoted "char" is another type than char
        return TypeName('"char"' if name == "char" else name, "", modifiers, array)
    return TypeName(name, schema, modifiers, array)


def _plain(name: str, modifiers: str, array: bool) -> TypeName:
    modifiers = modifiers or IMPLIED.get(name, "")
    if name == "float":
        return TypeName("float4" if modifiers and int(modifiers) < 25 else "float8", "", "", array)
    name = ALIASES.get(name, name)
    if name == "numeric" and modifiers and "," not in modifiers:
        modifiers += ",0"
    if name in BUILTIN:
        return TypeName(name, "", modifiers, array)
    return TypeName(name, None, modifiers, array)


def _more_words(stream: Tokens, words: list[str]) -> None:
    while stream.here.kind == "name" and stream.here.text in _SECOND.get(words[-1], ()):
        words.append(stream.next().text)


def _modifiers(stream: Tokens) -> str:
    parts = []
    while not stream.take("punct", ")"):
        token = stream.next()
        if token.kind == "end":
            raise Unreadable("a type's modifiers have no end")
        parts.append(token.text)
    return "".join(parts)


def _interval_fields(stream: Tokens) -> str:
    words = []
    while stream.here.kind == "name" and stream.here.text in _FIELDS:
        words.append(stream.next().text)
    return " ".join(words) + " " if words else ""


def _zone(stream: Tokens) -> str:
    """`tz` for WITH TIME ZONE; nothing for WITHOUT, and for neither."""
    if stream.here.kind == "name" and stream.here.text in ("with", "without") and stream.ahead().text == "time":
        word = stream.next().text
        stream.expect("name", "time")
        stream.expect("name", "zone")
        return "tz" if word == "with" else ""
    return ""


def _array(stream: Tokens) -> bool:
    array = stream.take("name", "array")
    while stream.here == ("punct", "[") and (
        stream.ahead() == ("punct", "]") or (stream.ahead().kind == "number" and stream.ahead(2) == ("punct", "]"))
    ):
        stream.next()
        if stream.next().kind == "number":
            stream.next()
        array = True
    return array


@lru_cache(maxsize=4096)
def type_of(text: str) -> TypeName | None:
    """The type that a column was declared with; None where the text is none."""
    try:
        stream = Tokens(tokens(text))
        found = parse_type(stream)
    except Unreadable:
        return None
    return found if stream.here.kind == "end" else None


def identified(name: str) -> str:
    """A name in quotes, always: canonical text tells names from words of its own."""
    return '"' + name.replace('"', '""') + '"'


def path_of(name: TypeName) -> str:
    """A type's full name without modifiers: `int4`, `"public"."mood"[]`."""
    path = name.name if name.schema == "" else ".".join(identified(part) for part in (name.schema, name.name) if part)
    return path + ("[]" if name.array else "")
