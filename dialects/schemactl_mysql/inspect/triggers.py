"""Triggers, from information_schema: SHOW CREATE TRIGGER prints FOLLOWS as it once was, not as it is."""

from __future__ import annotations

from sqlalchemy import Connection

from schemactl.model import Kind, Program
from schemactl_mysql.bodies import without_end
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.inspect.server import query
from schemactl_mysql.modes import sorted_modes
from schemactl_mysql.options import TriggerOptions
from schemactl_mysql.read.scanner import Lexical
from schemactl_mysql.sql import account


def triggers(connection: Connection, database: str, flavour: Flavour) -> list[Program]:
    found: list[Program] = []
    before: dict[tuple[str, str, str], str] = {}
    for name, table, timing, event, body, definer, mode in connection.exec_driver_sql(query("triggers"), (database,)):
        options = TriggerOptions(
            timing=timing,
            event=event,
            follows=before.get((table, timing, event)),
            definer=account(definer),
            sql_mode=sorted_modes(mode, flavour),
        )
        before[table, timing, event] = name
        body = without_end(body, Lexical(flavour=flavour).under(mode))
        found.append(Program(kind=Kind.TRIGGER, schema=database, table=table, name=name, body=body, options=options))
    return found
