"""NOT NULL for a column that has rows: they are looked at while nobody waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.model import Column, Kind, NotNull, ObjectKey
from schemactl.steps import Step
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.context import Context, filled, null_kept_out, owning_table
from schemactl_postgres.ddl.online.leftovers import helper_checks
from schemactl_postgres.ddl.online.names import free_name
from schemactl_postgres.sql import qualified, quoted

#: From this version on a NOT NULL itself can be NOT VALID; before it takes a check that says the same.
NATIVE = 18


def set_(context: Context, key: ObjectKey, it: Column, found: NotNull, sql: str, reason: str) -> Iterator[Step]:
    """The steps for what the plain `sql` (`ALTER COLUMN c SET NOT NULL`, `ADD CONSTRAINT ...`) does at once."""
    own = ObjectKey(kind=Kind.CONSTRAINT, schema=key.schema, table=key.table, name=found.name)
    column = quoted(it.name)
    if context.server.version[0] >= NATIVE:
        no_inherit = " NO INHERIT" if found.no_inherit else ""
        words = f"ADD CONSTRAINT {quoted(found.name)} NOT NULL {column}{no_inherit} NOT VALID"
        yield _step(context, key, words, reason, "add_check_not_valid", creates={own}, at=rank.ALTER)
        yield _validated(context, key, found.name, creates={null_kept_out(key)}, needs={own})
        return
    left = next(helper_checks(context, owning_table(key), f"({_canonical(it.name)} IS NOT NULL)"), None)
    name = left.name if left is not None else free_name(context, key.schema, found.name)
    helper = ObjectKey(kind=Kind.CONSTRAINT, schema=key.schema, table=key.table, name=name)
    checked, done = replace(helper, kind=Kind.OTHER), null_kept_out(key)
    words = f"ADD CONSTRAINT {quoted(name)} CHECK ({column} IS NOT NULL) NOT VALID"
    if left is None:
        yield _step(context, key, words, reason, "add_check_not_valid", creates={helper}, at=rank.ALTER)
    if left is None or not left.validated:
        yield _validated(context, key, name, creates={checked}, needs={helper})
    proved = "proved by the check, without a look at the rows"
    step = _step(
        context, key, sql, proved, "set_not_null_proved", creates={done, own}, needs={checked}, at=rank.AFTER_VALIDATION
    )
    if left is not None:  # it is not desired, so that it goes anyway
        yield replace(step, frees=step.frees | {helper})
        return
    yield step
    words = f"DROP CONSTRAINT {quoted(name)}"
    served = "the check has served"
    yield _step(context, key, words, served, "alter_column", needs={done}, at=rank.AFTER_VALIDATION)


def _canonical(name: str) -> str:
    """A column in the canonical form of an expression."""
    return '"' + name.replace('"', '""') + '"'


def validated(context: Context, key: ObjectKey, name: str) -> Step:
    """VALIDATE of the NOT NULL of a column that was left NOT VALID."""
    step = _validated(context, key, name, creates={null_kept_out(key)}, needs=set())
    return replace(step, reason="was left NOT VALID")


def _validated(context: Context, key: ObjectKey, name: str, *, creates: set[ObjectKey], needs: set[ObjectKey]) -> Step:
    return context.step(
        f"ALTER TABLE {qualified(owning_table(key))} VALIDATE CONSTRAINT {quoted(name)}",
        key,
        "alter",
        "every row is checked",
        cost="validate_not_null",
        table=owning_table(key),
        creates=creates,
        needs={*needs, filled(key)},
        rank=rank.VALIDATE,
        own_group=True,
        patient=True,
    )


def _step(
    context: Context,
    key: ObjectKey,
    words: str,
    reason: str,
    cost: str,
    *,
    at: int,
    creates: set[ObjectKey] | None = None,
    needs: set[ObjectKey] | None = None,
) -> Step:
    table = owning_table(key)
    return context.step(
        f"ALTER TABLE {qualified(table)} {words}",
        key,
        "alter",
        reason,
        cost=cost,
        table=table,
        creates=creates or (),
        needs={*(needs or ()), filled(key)},
        rank=at,
    )
