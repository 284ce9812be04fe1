"""CREATE LANGUAGE, CREATE ACCESS METHOD and CREATE CONVERSION."""

from __future__ import annotations

import re

from schemactl.errors import SqlSyntaxError
from schemactl.model import Definition, Extension, Kind
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.define import add, reference, written
from schemactl_postgres.read.state import State
from schemactl_postgres.sql import literal

#: Other names of encodings, without punctuation: from the server's table of names.
_ENCODINGS = {
    "unicode": "utf8",
    "koi8": "koi8r",
    "mskanji": "sjis",
    "shiftjis": "sjis",
    "uhc": "uhc",
    "windows949": "uhc",
    "win949": "uhc",
    "windows936": "gbk",
    "win936": "gbk",
    "windows950": "big5",
    "win950": "big5",
    "abc": "win1258",
    "tcvn": "win1258",
    "tcvn5712": "win1258",
    "vscii": "win1258",
    "alt": "win866",
    "win": "win1251",
    "sqlascii": "sql_ascii",
    "eucjp": "euc_jp",
    "euccn": "euc_cn",
    "euckr": "euc_kr",
    "euctw": "euc_tw",
    "eucjis2004": "euc_jis_2004",
    "shiftjis2004": "shift_jis_2004",
    "muleinternal": "mule_internal",
    "iso88595": "iso_8859_5",
    "iso88596": "iso_8859_6",
    "iso88597": "iso_8859_7",
    "iso88598": "iso_8859_8",
}
_ENCODINGS |= {f"windows{n}": f"win{n}" for n in (866, 874, *range(1250, 1259))}
_LATIN = {1: 1, 2: 2, 3: 3, 4: 4, 9: 5, 10: 6, 13: 7, 14: 8, 15: 9, 16: 10}
_ENCODINGS |= {f"iso8859{part}": f"latin{number}" for part, number in _LATIN.items()}


def create_language(cursor: Cursor, state: State, *, replaces: bool, trusted: bool) -> None:
    """After the words CREATE [OR REPLACE] [TRUSTED] [PROCEDURAL] LANGUAGE."""
    language = reference(Kind.LANGUAGE, cursor, state)
    given = {"trusted": ""} if trusted else {}
    while not cursor.done:
        part = cursor.take_any("HANDLER", "INLINE", "VALIDATOR")
        if part is not None:
            given[part.lower()] = written(cursor.qualified("a function"))
        elif not cursor.take("NO", "VALIDATOR"):
            raise cursor.unexpected()
    if "handler" not in given:
        if given.keys() - {"trusted"}:
            raise cursor.error(SqlSyntaxError, f"the language {language} has no handler", language.name.token)
        # Without one, the server takes the statement for CREATE EXTENSION.
        extension = Extension(name=language.name.name)
        if extension.name in state.extensions and not replaces:
            raise state.duplicate(cursor, extension.key, language.name.token)
        state.extensions.setdefault(extension.name, extension)
        state.places.setdefault(extension.key, cursor.place(language.name.token))
        return
    it = Definition(kind=Kind.LANGUAGE, name=language.name.name, properties=tuple(sorted(given.items())))
    add(cursor, state, it, language.name.token, replaces=replaces)


def create_access_method(cursor: Cursor, state: State) -> None:
    """After the words CREATE ACCESS METHOD."""
    method = reference(Kind.ACCESS_METHOD, cursor, state)
    cursor.expect("TYPE")
    sort = cursor.take_any("INDEX", "TABLE")
    if sort is None:
        raise cursor.unexpected("expected INDEX or TABLE")
    cursor.expect("HANDLER")
    handler = written(cursor.qualified("a function"))
    cursor.end()
    it = Definition(kind=Kind.ACCESS_METHOD, name=method.name.name, properties=(("handler", handler), ("type", sort)))
    add(cursor, state, it, method.name.token)


def create_conversion(cursor: Cursor, state: State, *, default: bool) -> None:
    """After the words CREATE [DEFAULT] CONVERSION."""
    name = cursor.qualified("a conversion")
    cursor.expect("FOR")
    source = _encoding(cursor)
    cursor.expect("TO")
    target = _encoding(cursor)
    cursor.expect("FROM")
    given = {"from": source, "function": written(cursor.qualified("a function")), "to": target}
    cursor.end()
    it = Definition(
        kind=Kind.CONVERSION,
        schema=state.home(name, cursor),
        name=name.name,
        properties=tuple(sorted((given | ({"default": ""} if default else {})).items())),
    )
    add(cursor, state, it, name.token)


def _encoding(cursor: Cursor) -> str:
    """As the server calls it, in quotes."""
    plain = re.sub(r"[^a-z0-9]", "", cursor.string("an encoding").lower())
    return literal(_ENCODINGS.get(plain, plain).upper()).strip()
