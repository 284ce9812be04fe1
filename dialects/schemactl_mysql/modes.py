"""sql_mode: what it does to text, and how it is spelled."""

from __future__ import annotations

import re

from schemactl_mysql.flavour import Flavour

#: Modes under which our SQL would mean something else: how names and strings are quoted.
_QUOTING = frozenset({"ANSI", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES"})
#: Without it, values that do not fit are changed where a type is.
_STRICT = "STRICT_TRANS_TABLES"
#: Names for several modes, which the server shows beside them. MySQL's ANSI has one more, TRADITIONAL of MariaDB too.
_SEVERAL = {
    "ANSI": ("REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE"),
    "TRADITIONAL": (
        "STRICT_TRANS_TABLES",
        "STRICT_ALL_TABLES",
        "NO_ZERO_IN_DATE",
        "NO_ZERO_DATE",
        "ERROR_FOR_DIVISION_BY_ZERO",
        "NO_ENGINE_SUBSTITUTION",
    ),
}
_OF_ONE = {("ANSI", False): ("ONLY_FULL_GROUP_BY",), ("TRADITIONAL", True): ("NO_AUTO_CREATE_USER",)}
#: What a step begins with that runs under another setting of the session, and ends with.
_PROLOGUE = re.compile(r"SET SESSION (sql_mode|foreign_key_checks) = ('[\w,]*'|0);\n")
_EPILOGUE = ";\nSET SESSION {name} = @@GLOBAL.{name}"


def sorted_modes(text: str, flavour: Flavour) -> str:
    """The modes one by one, those that stand for several spelled out, in order."""
    modes = {word.strip().upper() for word in text.split(",")} - {""}
    for word in modes & _SEVERAL.keys():
        modes |= {*_SEVERAL[word], *_OF_ONE.get((word, flavour.mariadb), ())}
    return ",".join(sorted(modes))


def our_mode(text: str) -> str:
    """A session's own modes, which stored programs keep for ever, but strict, and quoting as our SQL does."""
    return ",".join(dict.fromkeys([*(m for m in text.split(",") if m and m not in _QUOTING), _STRICT]))


def under(mode: str, sql: str) -> str:
    """A statement that is to run under a mode: as a script that sets it, and puts back the server's."""
    return _with("sql_mode", f"'{mode}'", sql)


def unchecked(sql: str) -> str:
    """A statement that is to run without looking whether foreign keys hold."""
    return _with("foreign_key_checks", "0", sql)


def _with(name: str, value: str, sql: str) -> str:
    return f"SET SESSION {name} = {value};\n{sql}{_EPILOGUE.format(name=name)}"


def split(sql: str) -> tuple[tuple[str, str] | None, str]:
    """The setting that a statement is to run under, None for the session's own, and the statement alone."""
    found = _PROLOGUE.match(sql)
    if found is None or not sql.endswith(epilogue := _EPILOGUE.format(name=found[1])):
        return None, sql
    return (found[1], found[2]), sql[found.end() :].removesuffix(epilogue)
