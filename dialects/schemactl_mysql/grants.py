"""What the user of a session may do, as SHOW GRANTS tells: its own rights and those of its roles.

Only what is surely lacking is told. A right on some columns is taken for one on the table, and a line that is not
understood for every right: then the server has the last word, at the step itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pymysql.constants import ER
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from schemactl.steps import Right
from schemactl_mysql.flavour import Flavour, parse_version

_NAME = r"`(?:[^`]|``)*`"
_LINE = re.compile(
    rf"(?P<verb>GRANT|REVOKE) (?P<what>.+?) ON (?:(?:TABLE|FUNCTION|PROCEDURE|PACKAGE|PACKAGE BODY) )?"
    rf"(?P<schema>\*|{_NAME})\.(?P<name>\*|{_NAME}) (?:TO|FROM) ",
    re.S,
)
_COLUMNS = re.compile(r"\([^)]*\)")
#: Rights that stand for one another, by what the servers have called them over the years.
_ALSO = {"SET_ANY_DEFINER": ("SET_USER_ID", "SUPER"), "SET USER": ("SUPER",)}


@dataclass(frozen=True, slots=True)
class Grant:
    """Rights on a pattern of databases, and on one object or all in them; taken away again where `revoked`."""

    privileges: frozenset[str]
    schema: str
    name: str
    revoked: bool = False

    def covers(self, schema: str, name: str) -> bool:
        if self.schema == "*":
            return True
        if not schema:
            return False
        if self.name == "*":
            return bool(_pattern(self.schema).fullmatch(schema))
        return (self.schema.lower(), self.name.lower()) == (schema.lower(), name.lower())

    def gives(self, privilege: str) -> bool:
        return bool(self.privileges & {privilege, *_ALSO.get(privilege, ()), "ALL PRIVILEGES", "ALL"})


def lacking(connection: Connection, rights: Sequence[Right]) -> list[Right]:
    """Those of the rights that the user has not."""
    rights = [r for r in rights if r.privilege != "SUPER"] + _of_logging(connection, rights)
    grants = _grants(connection)
    if grants is None or not rights:
        return []
    user = str(connection.exec_driver_sql("SELECT CURRENT_USER()").scalar_one())
    return [r for r in rights if not holds(grants, r, user)]


def _of_logging(connection: Connection, rights: Sequence[Right]) -> list[Right]:
    """With a binary log, functions and triggers are for those whom the server trusts."""
    wanted = [r for r in rights if r.privilege == "SUPER"]
    if not wanted:
        return []
    logs, trusts = connection.exec_driver_sql("SELECT @@log_bin, @@log_bin_trust_function_creators").one()
    return wanted if logs and not trusts else []


def holds(grants: Sequence[Grant], right: Right, user: str) -> bool:
    """Whether these grants of a user give a right."""
    if right.name and not right.schema:  # to act as this account
        if right.name.lower() in (user.lower(), "current_user", "current_user()", "current_role"):
            return True
        return any(g.gives(right.privilege) for g in grants if g.schema == "*" and not g.revoked)
    given = [g for g in grants if g.gives(right.privilege) and g.covers(right.schema, right.name)]
    if any(not g.revoked and g.schema != "*" for g in given):
        return True
    return any(not g.revoked for g in given) and not any(g.revoked for g in given)


def _grants(connection: Connection) -> list[Grant] | None:
    """None where a line is not understood."""
    version, role = connection.exec_driver_sql("SELECT VERSION(), CURRENT_ROLE()").one()
    flavour = parse_version(str(version))
    found: list[Grant] = []
    for line in _lines(connection, flavour, str(role or "NONE")):
        if line is None:
            return None
        match = _LINE.match(line)
        if match is not None:
            found.append(_grant(match))
        elif " ON " in line and " PROXY " not in line:
            return None
    return found


def _lines(connection: Connection, flavour: Flavour, role: str) -> Iterator[str | None]:
    using = f" FOR CURRENT_USER() USING {role}" if not flavour.mariadb and role != "NONE" else ""
    yield from (str(row[0]) for row in connection.exec_driver_sql(f"SHOW GRANTS{using}".replace("%", "%%")))
    if flavour.mariadb and flavour.version >= (10, 11):
        try:
            yield from (str(row[0]) for row in connection.exec_driver_sql("SHOW GRANTS FOR PUBLIC"))
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            nothing = error.orig is not None and error.orig.args[0] == ER.NONEXISTING_GRANT
            if not nothing:
                yield None


def _grant(match: re.Match[str]) -> Grant:
    words = _COLUMNS.sub("", match["what"]).split(",")
    return Grant(
        privileges=frozenset(word.strip().upper() for word in words),
        schema=_bare(match["schema"]),
        name=_bare(match["name"]),
        revoked=match["verb"] == "REVOKE",
    )


def _bare(name: str) -> str:
    return name if name == "*" else name[1:-1].replace("``", "`")


def _pattern(text: str) -> re.Pattern[str]:
    """A database of a grant: % and _ are as in LIKE, and a backslash takes that from them."""
    parts = re.findall(r"\\.|.", text, re.S)
    body = "".join({"%": ".*", "_": "."}.get(p, re.escape(p[-1])) for p in parts)
    return re.compile(body, re.IGNORECASE | re.S)
