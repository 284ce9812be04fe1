"""Steps for triggers and event triggers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.changes import Alter, Create, Drop
from schemactl.model import EventTrigger, ObjectKey, Trigger
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context, owning_table
from schemactl_postgres.ddl.depends import depends
from schemactl_postgres.ddl.routine_names import bare_name
from schemactl_postgres.sql import literal, names, qualified, quoted

#: The words of ALTER TABLE, by the state that they bring about.
ENABLE = {"O": "ENABLE", "D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}


def trigger(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    table = owning_table(key)
    match change:
        case Create(after=Trigger() as it):
            yield _create(context, it, change.because or "new trigger")
            yield from _enabled(context, it, "O")
            yield from depends(context, key, _target(it), it.extensions, ())
            yield from comment(context, key, it.comment)
        case Drop():
            yield context.step(
                f"DROP TRIGGER {quoted(key.name)} ON {qualified(table)}",
                key,
                "drop",
                change.because or "not in the desired schema",
                cost="drop_trigger",
                table=table,
                destroys={key},
                frees=frozenset(change.before.uses) if isinstance(change.before, Trigger) else (),
                rank=rank.DROP_TRIGGER,
            )
        case Alter(before=Trigger() as was, after=Trigger() as it):
            enabled, extensions = was.enabled, was.extensions
            if _definition_of(was) != _definition_of(it):
                yield _create(context, it, "definition differs", was=was)
                enabled, extensions = "O", ()  # replacing a trigger enables it, and forgets what it depended on
            yield from _enabled(context, it, enabled)
            yield from depends(context, key, _target(it), it.extensions, extensions)
            if it.comment != was.comment:
                yield from comment(context, key, it.comment, always=True)


def _target(it: Trigger) -> str:
    return f"TRIGGER {quoted(it.name)} ON {qualified(owning_table(it.key))}"


def _definition_of(it: Trigger) -> Trigger:
    return replace(it, enabled="O", extensions=(), comment=None)


def is_replaced(was: Trigger, it: Trigger) -> bool:
    """Whether it must be dropped to be changed: CREATE OR REPLACE takes no constraint trigger.

    And of a trigger for rows that is to be one for statements it would leave the copies on partitions.
    """
    if was.constraint or it.constraint:
        return _definition_of(was) != _definition_of(it)
    return was.for_each_row != it.for_each_row


def _create(context: Context, it: Trigger, reason: str, *, was: Trigger | None = None) -> Step:
    return context.step(
        definition(it, replaces=was is not None),
        it.key,
        "create" if was is None else "alter",
        reason,
        cost="create_row_trigger" if it.for_each_row else "create_trigger",
        table=owning_table(it.key),
        creates={it.key},
        needs={it.function, *it.uses},
        frees=frozenset(was.uses) if was is not None else (),
        rank=rank.TRIGGER,
    )


def _enabled(context: Context, it: Trigger, was: str) -> Iterator[Step]:
    if it.enabled != was:
        table = owning_table(it.key)
        yield context.step(
            f"ALTER TABLE {qualified(table)} {ENABLE[it.enabled]} TRIGGER {quoted(it.name)}",
            it.key,
            "alter",
            "is to fire at other times" if it.enabled != "D" else "is to be disabled",
            cost="create_row_trigger" if it.for_each_row else "create_trigger",
            table=table,
            needs={it.key},
            rank=rank.TRIGGER + 1,
        )


def definition(it: Trigger, *, replaces: bool = False) -> str:
    words = ["CREATE", *(["OR REPLACE"] if replaces else []), *(["CONSTRAINT"] if it.constraint else [])]
    columns = f" OF {names(it.columns)}" if it.columns else ""
    events = " OR ".join(f"{event}{columns if event == 'UPDATE' else ''}" for event in it.events)
    words += ["TRIGGER", quoted(it.name), it.timing, events, "ON", qualified(owning_table(it.key))]
    if it.references is not None:
        words += ["FROM", qualified(it.references)]
    if it.deferrable:
        words.append("DEFERRABLE INITIALLY DEFERRED" if it.initially_deferred else "DEFERRABLE")
    if it.old_table or it.new_table:
        words.append("REFERENCING")
        words += [f"OLD TABLE AS {quoted(it.old_table)}"] if it.old_table else []
        words += [f"NEW TABLE AS {quoted(it.new_table)}"] if it.new_table else []
    words.append(f"FOR EACH {'ROW' if it.for_each_row else 'STATEMENT'}")
    if it.when is not None:
        words.append(f"WHEN ({it.when.text})")
    arguments = ", ".join(literal(a).strip() for a in it.arguments)
    return " ".join([*words, f"EXECUTE FUNCTION {called(it.function)}({arguments})"])


def called(function: ObjectKey) -> str:
    """`schema.name` of the routine of a key."""
    return f"{quoted(function.schema)}.{quoted(bare_name(function))}"


def event_trigger(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    """An event trigger comes last and goes first, so that it fires for nothing that this plan does."""
    key = change.key
    match change:
        case Create(after=EventTrigger() as it):
            tags = ", ".join(literal(tag).strip() for tag in it.tags)
            when = f" WHEN TAG IN ({tags})" if tags else ""
            yield context.step(
                f"CREATE EVENT TRIGGER {quoted(it.name)} ON {it.event}{when} EXECUTE FUNCTION {called(it.function)}()",
                key,
                "create",
                change.because or "new event trigger",
                creates={key},
                needs={it.function},
                rank=rank.EVENT_TRIGGER,
            )
            yield from _event_enabled(context, it, "O")
            yield from comment(context, key, it.comment)
        case Drop(before=EventTrigger() as was):
            yield context.step(
                f"DROP EVENT TRIGGER {quoted(was.name)}",
                key,
                "drop",
                change.because or "not in the desired schema",
                destroys={key},
                frees=frozenset(was.uses),
                rank=rank.DROP_EVENT_TRIGGER,
            )
        case Alter(before=EventTrigger() as was, after=EventTrigger() as it):
            yield from _event_enabled(context, it, was.enabled)
            if it.comment != was.comment:
                yield from comment(context, key, it.comment, always=True)


def is_event_trigger_replaced(was: EventTrigger, it: EventTrigger) -> bool:
    """Nothing but its state can be altered."""
    return replace(was, enabled="O", comment=None) != replace(it, enabled="O", comment=None)


def _event_enabled(context: Context, it: EventTrigger, was: str) -> Iterator[Step]:
    if it.enabled != was:
        yield context.step(
            f"ALTER EVENT TRIGGER {quoted(it.name)} {ENABLE[it.enabled]}",
            it.key,
            "alter",
            "is to fire at other times" if it.enabled != "D" else "is to be disabled",
            needs={it.key},
            rank=rank.EVENT_TRIGGER,
        )
