"""WITH (...): storage parameters as the server stores them; and TABLESPACE, which says where and is refused."""

from __future__ import annotations

from schemactl.errors import SqlSyntaxError, UnsupportedError
from schemactl_postgres.options import Storage
from schemactl_postgres.read.cursor import Cursor
from schemactl_postgres.read.tokens import Sort

#: What the server reads as false of a parameter that it has no type for (defGetBoolean).
_FALSE = frozenset({"0", "false", "off"})

#: The version of a column, since 17.12. Its own pg_dump leaves it out, and those before print it.
_KEPT_BY_SERVER = {"pg_attver"}


def parse_parameters(cursor: Cursor, *, without_oids: bool = False) -> Storage:
    """`(name = value, name)`: a name without a value is `true`. In the order written, which the server keeps.

    `without_oids`: `oids = false` may stand among them, as what makes a table may say still, and says nothing.
    """
    found: dict[str, str] = {}

    def one() -> None:
        token = cursor.token
        name, value = _parameter(cursor)
        if name in found:
            raise cursor.error(SqlSyntaxError, f"the parameter {name} is given twice", token)
        if name == "oids" and without_oids and value.lower() in _FALSE:
            return
        if name == "oids":
            raise cursor.error(UnsupportedError, "the parameter oids", token, hint="remove it")
        found[name] = value

    cursor.listed(one)
    return tuple(found.items())


def parse_column_parameters(cursor: Cursor) -> Storage:
    """Those of a column, without what the server keeps there for itself: SET passes over it, and RESET does."""
    return without(parse_parameters(cursor), _KEPT_BY_SERVER)


def parse_parameter_names(cursor: Cursor) -> set[str]:
    """`(name, name)`, as RESET takes it."""
    return set(cursor.listed(lambda: _parameter_name(cursor)))


def merged(old: Storage, new: Storage) -> Storage:
    return tuple({**dict(old), **dict(new)}.items())


def without(old: Storage, names: set[str]) -> Storage:
    return tuple((n, v) for n, v in old if n not in names)


def _parameter_name(cursor: Cursor) -> str:
    name = cursor.name("a parameter", label=True)
    return f"{name}.{cursor.name('a parameter', label=True)}" if cursor.take(".") else name


def _parameter(cursor: Cursor) -> tuple[str, str]:
    name = _parameter_name(cursor)
    if not cursor.take("="):
        return name, "true"
    token = cursor.token
    if token.sort is Sort.STRING:
        return name, cursor.string()
    if token.sort is Sort.WORD:
        return name, cursor.name("a value", label=True)
    sign = "-" if cursor.take("-") else ""
    cursor.take("+")
    if cursor.token.sort is not Sort.NUMBER:
        raise cursor.unexpected("expected a value")
    first = cursor.i
    cursor.i += 1
    if cursor.take("."):
        cursor.i += 1
    return name, sign + cursor.text(first, cursor.i)


def refuse_tablespace(cursor: Cursor, *words: str) -> None:
    token = cursor.token
    if cursor.take(*words):
        raise cursor.error(
            UnsupportedError,
            f"the clause {' '.join(words)}",
            token,
            hint="where data is stored is not managed: remove the clause",
        )
