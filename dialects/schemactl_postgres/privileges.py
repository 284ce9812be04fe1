"""Which privileges there are, which ones everybody has without a GRANT, and what statements make of them."""

from __future__ import annotations

from collections.abc import Iterable

from schemactl.model import Grant, Kind, ObjectKey
from schemactl_postgres.options import Said

TABLE = ("DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE")
#: From Postgres 17 on, on tables and views.
MAINTAIN = 17
COLUMN = ("INSERT", "REFERENCES", "SELECT", "UPDATE")
_KINDS: dict[Kind, tuple[str, ...]] = {
    Kind.TABLE: TABLE,
    Kind.VIEW: TABLE,
    Kind.SEQUENCE: ("SELECT", "UPDATE", "USAGE"),
    Kind.SCHEMA: ("CREATE", "USAGE"),
    Kind.ROUTINE: ("EXECUTE",),
    Kind.TYPE: ("USAGE",),
    Kind.FOREIGN_SERVER: ("USAGE",),
    Kind.FOREIGN_WRAPPER: ("USAGE",),
}
#: The plurals of ALTER DEFAULT PRIVILEGES, and the kinds of objects that they speak of.
PLURALS: dict[str, tuple[Kind, ...]] = {
    "TABLES": (Kind.TABLE, Kind.VIEW),
    "SEQUENCES": (Kind.SEQUENCE,),
    "FUNCTIONS": (Kind.ROUTINE,),
    "TYPES": (Kind.TYPE,),
    "SCHEMAS": (Kind.SCHEMA,),
}
PUBLIC = "PUBLIC"

Held = dict[tuple[str, str], bool]
"""What is held: (privilege, column), and whether it may be granted on."""


def plural(kind: Kind) -> str:
    return next(word for word, kinds in PLURALS.items() if kind in kinds)


def everything(kind: Kind, major: int, *, column: bool = False) -> tuple[str, ...]:
    """What ALL stands for."""
    if column:
        return COLUMN
    names = _KINDS[kind]
    return tuple(sorted((*names, "MAINTAIN"))) if names is TABLE and major >= MAINTAIN else names


def known(kind: Kind, *, column: bool = False) -> frozenset[str]:
    """Every privilege that some server has for this kind."""
    return frozenset(everything(kind, MAINTAIN, column=column))


def unasked(kind: Kind, grantee: str, owner: str | None, major: int) -> Held:
    """What a grantee has of a new object with no default privileges in force."""
    if grantee == owner:
        return {(name, ""): False for name in everything(kind, major)}
    if grantee == PUBLIC and kind in (Kind.ROUTINE, Kind.TYPE):
        return {(name, ""): False for name in _KINDS[kind]}
    return {}


def baseline(target: ObjectKey, grantee: str, owner: str | None, major: int) -> Held:
    """What a grantee has of an object where nobody said anything. Every database comes with a schema public."""
    if target == ObjectKey(kind=Kind.SCHEMA, name="public") and grantee == PUBLIC:
        return {("USAGE", ""): False} if major >= 15 else {("CREATE", ""): False, ("USAGE", ""): False}
    return unasked(target.kind, grantee, owner, major)


def held(grants: Iterable[Grant]) -> Held:
    return {(g.privilege, g.column): g.grantable for g in grants}


def grants(what: Held) -> tuple[Grant, ...]:
    return tuple(sorted(Grant(privilege=p, column=c, grantable=g) for (p, c), g in what.items()))


def played(start: Held, said: Iterable[Said], kind: Kind, major: int) -> Held:
    """What statements make of what is held."""
    now = dict(start)
    for one in said:
        columns = one.columns or ("",)
        for name in one.privileges or everything(kind, major, column=bool(one.columns)):
            for column in columns:
                _play(now, one, name, column)
    return now


def _play(now: Held, one: Said, name: str, column: str) -> None:
    if one.grant:
        now[name, column] = now.get((name, column), False) or one.option
        return
    # Revoked on the table, it is revoked on each column.
    for key in [k for k in now if k[0] == name and (k[1] == column or not column)]:
        if one.option:
            now[key] = False
        else:
            del now[key]
