"""Databases."""

from __future__ import annotations

from collections.abc import Iterator

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.model import Schema
from schemactl.steps import Hazard, Step, Warning_
from schemactl_mysql.ddl import rank
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.options import SchemaOptions
from schemactl_mysql.sql import quoted


def schema(context: Context, change: Change) -> Iterator[Step]:
    key = change.key
    match change:
        case Create(after=Schema() as it):
            sql, action, reason, place = (
                f"CREATE DATABASE {quoted(it.name)}{_options(context, it)}",
                "create",
                "it is new",
                rank.SCHEMA,
            )
            yield Step(
                sql=sql,
                key=key,
                action=action,
                reason=reason,
                transactional=False,
                creates=frozenset({key}),
                rank=place,
            )
        case Alter(after=Schema() as it):
            sql = f"ALTER DATABASE {quoted(it.name)}{_options(context, it)}"
            reason = "what its new tables begin with differs"
            yield Step(
                sql=sql,
                key=key,
                action="alter",
                reason=reason,
                transactional=False,
                creates=frozenset({key}),
                rank=rank.SCHEMA,
            )
        case Drop():
            message = f"all that stands in {key.name} is lost"
            yield Step(
                sql=f"DROP DATABASE {quoted(key.name)}",
                key=key,
                action="drop",
                reason="it is not desired",
                transactional=False,
                hazards=(Warning_(hazard=Hazard.DROPS_SCHEMA, message=message),),
                destroys=frozenset({key}),
                rank=rank.DROP_SCHEMA,
            )


def _options(context: Context, it: Schema) -> str:
    options = it.options if isinstance(it.options, SchemaOptions) else SchemaOptions()
    text = ""
    if options.collation:
        charset = context.charset(options.collation)
        text += (f" CHARACTER SET {charset}" if charset else "") + f" COLLATE {options.collation}"
    if options.encryption is not None:
        text += f" ENCRYPTION '{'Y' if options.encryption else 'N'}'"
    return text
