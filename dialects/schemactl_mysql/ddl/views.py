"""Views and sequences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.model import Kind, ObjectKey, Sequence, View
from schemactl.steps import Hazard, Step, Warning_
from schemactl_mysql.ddl import rank
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.mentions import mentioned
from schemactl_mysql.options import ViewOptions
from schemactl_mysql.sql import literal, names


def view(context: Context, change: Change) -> Iterator[Step]:
    """A view is replaced in place: rights on it stay."""
    key = change.key
    if isinstance(change, Drop):
        yield Step(
            sql=f"DROP VIEW {context.name(key)}",
            key=key,
            action="drop",
            reason="it is not desired",
            transactional=False,
            destroys=frozenset({key, ObjectKey(kind=Kind.TABLE, schema=key.schema, name=key.name)}),
            rank=rank.DROP_VIEW,
        )
        return
    it = change.after
    assert isinstance(it, View)
    new = isinstance(change, Create)
    yield Step(
        sql=definition(context, it, replaces=not new),
        key=key,
        action="create" if new else "alter",
        reason="it is new" if new else "its definition differs",
        transactional=False,
        creates=frozenset({key}),
        needs=mentioned(context, it.query.text, it.schema) - {key},
        # A table under its name must be gone before.
        follows=frozenset({ObjectKey(kind=Kind.TABLE, schema=key.schema, name=key.name)}),
        rank=rank.VIEW,
    )


def definition(context: Context, it: View, *, replaces: bool) -> str:
    options = it.options if isinstance(it.options, ViewOptions) else ViewOptions()
    words = ["CREATE OR REPLACE" if replaces else "CREATE"]
    if options.algorithm != "UNDEFINED":
        words.append(f"ALGORITHM={options.algorithm}")
    if options.definer:
        words.append(f"DEFINER={options.definer}")
    if options.invoker:
        words.append("SQL SECURITY INVOKER")
    words.append(f"VIEW {context.name(it.key)}")
    if it.names:
        words.append(f"({names(it.names)})")
    words.append(f"AS {it.query.text}")
    if options.check_option:
        words.append(f"WITH {options.check_option} CHECK OPTION")
    return " ".join(words)


def sequence(context: Context, change: Change) -> Iterator[Step]:
    """MariaDB's."""
    key = change.key
    if isinstance(change, Drop):
        message = f"the place that {key.path} has come to is lost"
        yield Step(
            sql=f"DROP SEQUENCE {context.name(key)}",
            key=key,
            action="drop",
            reason="it is not desired",
            transactional=False,
            hazards=(Warning_(hazard=Hazard.DROPS_SEQUENCE, message=message),),
            destroys=frozenset({key}),
            rank=rank.DROP_SEQUENCE,
        )
        return
    it = change.after
    assert isinstance(it, Sequence)
    if isinstance(change, Alter):
        assert isinstance(change.before, Sequence)
        yield from _commented(context, change.before, it)
        if replace(change.before, comment=it.comment) == it:
            return
    o = it.options
    word = "ALTER" if isinstance(change, Alter) else "CREATE"
    cache = f"CACHE {o.cache}" if o.cache else "NOCACHE"
    typed = f" AS {it.type}" if word == "CREATE" and it.type.text != "bigint(20)" else ""
    restart = f" RESTART WITH {o.start}" if isinstance(change, Alter) and _is_out_of_reach(change.before, it) else ""
    said = f" COMMENT={literal(it.comment)}" if word == "CREATE" and it.comment else ""
    yield Step(
        sql=f"{word} SEQUENCE {context.name(key)}{typed} START WITH {o.start} MINVALUE {o.minimum} MAXVALUE {o.maximum}"
        f" INCREMENT BY {o.increment} {cache} {'CYCLE' if o.cycle else 'NOCYCLE'}{said}{restart}",
        key=key,
        action="alter" if word == "ALTER" else "create",
        reason="it differs" if word == "ALTER" else "it is new",
        transactional=False,
        creates=frozenset({key}),
        rank=rank.SEQUENCE,
    )


def _is_out_of_reach(was: object, it: Sequence) -> bool:
    """Whether no number that the sequence can have come to is among those that it may be at."""
    assert isinstance(was, Sequence)
    return was.options.maximum < it.options.minimum or was.options.minimum > it.options.maximum


def _commented(context: Context, was: Sequence, it: Sequence) -> Iterator[Step]:
    """ALTER SEQUENCE knows no comment, but the table beneath it does."""
    if was.comment == it.comment:
        return
    yield Step(
        sql=f"ALTER TABLE {context.name(it.key)} COMMENT={literal(it.comment or '')}",
        key=it.key,
        action="alter",
        reason="the comment differs",
        transactional=False,
        creates=frozenset({it.key}),
        rank=rank.SEQUENCE,
    )
