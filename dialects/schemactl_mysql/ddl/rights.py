"""The rights that each statement needs, as both servers have them.

Sources: the manuals' pages of the statements, and what a user with just these could do on MySQL 9.7, MariaDB 10.11 and
11.8: ALTER TABLE asks for ALTER alone, whatever the manuals say of CREATE and INSERT, and MariaDB asks for no
REFERENCES.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from schemactl.model import Kind, ObjectKey
from schemactl.steps import Right, Step
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.modes import split

#: By how a statement begins. Behind an @: what the right is on, where that is not the object.
_NEEDED: dict[str, tuple[str, ...]] = {
    "CREATE TABLE": ("CREATE",),
    "ALTER TABLE": ("ALTER",),
    "DROP TABLE": ("DROP",),
    "RENAME TABLE": ("ALTER", "DROP"),
    "UPDATE": ("UPDATE", "SELECT"),
    "CREATE VIEW": ("CREATE VIEW",),
    "CREATE OR REPLACE VIEW": ("CREATE VIEW", "DROP"),
    "ALTER VIEW": ("CREATE VIEW", "DROP"),
    "DROP VIEW": ("DROP",),
    "CREATE SEQUENCE": ("CREATE",),
    "ALTER SEQUENCE": ("ALTER",),
    "DROP SEQUENCE": ("DROP",),
    "CREATE TRIGGER": ("TRIGGER", "SUPER@all"),
    "CREATE OR REPLACE TRIGGER": ("TRIGGER", "SUPER@all"),
    "DROP TRIGGER": ("TRIGGER",),
    "CREATE FUNCTION": ("CREATE ROUTINE@database", "SUPER@all"),
    "CREATE AGGREGATE FUNCTION": ("CREATE ROUTINE@database", "SUPER@all"),
    "CREATE PROCEDURE": ("CREATE ROUTINE@database",),
    "CREATE OR REPLACE FUNCTION": ("CREATE ROUTINE@database", "ALTER ROUTINE", "SUPER@all"),
    "CREATE OR REPLACE AGGREGATE FUNCTION": ("CREATE ROUTINE@database", "ALTER ROUTINE", "SUPER@all"),
    "CREATE OR REPLACE PROCEDURE": ("CREATE ROUTINE@database", "ALTER ROUTINE"),
    "DROP FUNCTION": ("ALTER ROUTINE",),
    "DROP PROCEDURE": ("ALTER ROUTINE",),
    "CREATE EVENT": ("EVENT@database",),
    "ALTER EVENT": ("EVENT@database",),
    "DROP EVENT": ("EVENT@database",),
    "CREATE DATABASE": ("CREATE@database",),
    "ALTER DATABASE": ("ALTER@database",),
    "DROP DATABASE": ("DROP@database",),
}
_ACCOUNT = r"(?:`(?:[^`]|``)*`|'[^']*'|[^\s@`']+)(?:@(?:`(?:[^`]|``)*`|'[^']*'|[^\s`']+))?"
#: Words between CREATE and what is created, and those before an ALTER of a table with a history.
_DEFINER = re.compile(rf"\bDEFINER\s*=\s*({_ACCOUNT})\s+")
_BETWEEN = re.compile(r"\b(ALGORITHM\s*=\s*\w+|SQL SECURITY \w+)\s+")
_PREFIX = re.compile(r"SET STATEMENT .*? FOR ")
_VERB = re.compile("|".join(sorted((re.escape(verb) for verb in _NEEDED), key=len, reverse=True)))


def with_rights(context: Context, step: Step) -> Step:
    """The step with what it needs; one that begins as no other does is left to the server."""
    return replace(step, rights=tuple(dict.fromkeys(_rights(context, step))))


def _rights(context: Context, step: Step) -> Iterator[Right]:
    _, sql = split(step.sql)
    head, definer = _head(sql)
    verb = _VERB.match(head)
    if verb is None:
        return
    schema, name = _object(step.key)
    for needed in _NEEDED[verb[0]]:
        privilege, _, on = needed.partition("@")
        yield Right(privilege=privilege, schema="" if on == "all" else schema, name="" if on else name)
    if definer:
        word = "SET USER" if context.flavour.mariadb else "SET_ANY_DEFINER"
        yield Right(privilege=word, name=re.sub("[`']", "", definer[1]))
    if verb[0] == "RENAME TABLE":
        for new in step.creates:
            yield Right(privilege="CREATE", schema=new.schema, name=new.name)
            yield Right(privilege="INSERT", schema=new.schema, name=new.name)
    if verb[0] == "ALTER TABLE" and " DROP PARTITION " in f" {head} ":
        yield Right(privilege="DROP", schema=schema, name=name)
    if verb[0] in ("CREATE TABLE", "ALTER TABLE") and not context.flavour.mariadb and " REFERENCES " in sql:
        yield from _on_others(step, "REFERENCES", (Kind.TABLE,), name)
    if verb[0].endswith(" VIEW") and not verb[0].startswith("DROP"):
        yield from _on_others(step, "SELECT", (Kind.TABLE, Kind.VIEW), name)


def verb_of(step: Step) -> str:
    """How its statement begins, as one of those listed; empty for any other."""
    found = _VERB.match(_head(split(step.sql)[1])[0])
    return found[0] if found else ""


def _head(sql: str) -> tuple[str, re.Match[str] | None]:
    """How a statement begins, without what may stand in between, and its definer."""
    head = _PREFIX.sub("", sql[:2000], count=1)
    definer = _DEFINER.search(head) if head.startswith(("CREATE", "ALTER")) else None
    return _BETWEEN.sub("", head.replace(definer[0], "", 1) if definer else head), definer


def _object(key: ObjectKey) -> tuple[str, str]:
    """(database, name) of the relation or program."""
    if key.kind is Kind.SCHEMA:
        return key.name, ""
    return key.schema, key.table or key.name


def _on_others(step: Step, privilege: str, kinds: tuple[Kind, ...], name: str) -> Iterator[Right]:
    for key in sorted(step.needs):
        if key.kind in kinds and key.name != name:
            yield Right(privilege=privilege, schema=key.schema, name=key.name)
