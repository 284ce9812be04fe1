"""Rules."""

from __future__ import annotations

import re
from collections import defaultdict

from schemactl.model import Expression, Kind, ObjectKey, Rule, Unsupported
from schemactl_postgres.inspect import rows
from schemactl_postgres.inspect.session import Snapshot
from schemactl_postgres.sql import quoted

_NAME = r'(?:"(?:[^"]|"")*"|[^\s".]+)'
_HEAD = re.compile(rf"\s+ON \w+ TO {_NAME}(?:\.{_NAME})?")


def rules(view: Snapshot) -> tuple[list[Rule], list[Unsupported]]:
    """The rules in scope, and those that the model does not hold."""
    uses: defaultdict[tuple[int, str], list[ObjectKey]] = defaultdict(list)
    for use in view.rows(rows.VIEW_USES):
        key = ObjectKey(kind=Kind(use.kind), schema=use.schema, table=use.on_table, name=use.name)
        uses[use.relation, use.rule].append(key)
    found, refused = [], []
    for row in view.rows(rows.RULES):
        owner = ObjectKey(kind=Kind.VIEW if row.on_view else Kind.TABLE, schema=row.schema, name=row.on_table)
        rule = Rule(
            schema=row.schema,
            table=row.on_table,
            name=row.name,
            event=row.event,
            body=body_of(row.definition, row.name),
            enabled=row.enabled,
            comment=row.comment,
            uses=(owner, *uses[row.relation, row.name]),
        )
        if row.refused is not None:
            refused.append(Unsupported(key=rule.key, what=row.refused))
        else:
            found.append(rule)
    return found, refused


def body_of(definition: str, name: str) -> Expression:
    """What follows the table's name in the text of pg_get_ruledef for the rule `name`."""
    head = _HEAD.match(definition, len(f"CREATE RULE {quoted(name)} AS"))
    assert head is not None, definition
    text = definition[head.end() :].strip().removesuffix(";").rstrip()
    return Expression(text=text, canonical=text)
