"""Steps for row-level security policies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.model import Kind, ObjectKey, Policy, Table
from schemactl.steps import Step
from schemactl_postgres.canonical.tokens import Unreadable, tokens
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context
from schemactl_postgres.roles import roles_of
from schemactl_postgres.sql import qualified, quoted


def policy(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    match change:
        case Create(after=Policy() as it):
            kind = "" if it.permissive else " AS RESTRICTIVE"
            command = "" if it.command == "ALL" else f" FOR {it.command}"
            roles = "" if it.roles == ("PUBLIC",) else f" TO {', '.join(it.roles)}"
            yield context.step(
                f"CREATE POLICY {_named(it)}{kind}{command}{roles}{_expressions(it)}",
                it.key,
                "create",
                "new policy",
                cost="policy",
                table=it.on,
                creates={it.key},
                needs=_needs(context, it),
                rank=rank.POLICY,
            )
            yield from comment(context, it.key, it.comment)
        case Drop(before=Policy() as was):
            yield context.step(
                f"DROP POLICY {_named(was)}",
                was.key,
                "drop",
                "not in the desired schema" if was.key not in context.after else "is made anew",
                cost="policy",
                table=was.on,
                destroys={was.key},
                frees=was.uses,
                rank=rank.DROP_POLICY,
            )
        case Alter(before=Policy() as was, after=Policy() as it):
            yield from _altered(context, was, it)


def _altered(context: Context, was: Policy, it: Policy) -> Iterator[Step]:
    words = f" TO {', '.join(it.roles)}" if it.roles != was.roles else ""
    words += _expressions(it, was)
    if words:
        differs = [
            word
            for word, one, other in (
                ("roles", was.roles, it.roles),
                ("USING", was.using, it.using),
                ("WITH CHECK", was.check, it.check),
            )
            if one != other
        ]
        yield context.step(
            f"ALTER POLICY {_named(it)}{words}",
            it.key,
            "alter",
            f"{' and '.join(differs)} differ{'s' if differs in (['USING'], ['WITH CHECK']) else ''}",
            cost="policy",
            table=it.on,
            needs=_needs(context, it),
            frees=was.uses,
            rank=rank.POLICY,
        )
    if it.comment != was.comment:
        yield from comment(context, it.key, it.comment, always=True)


def is_replaced(change: Alter) -> bool:
    """Whether ALTER POLICY cannot do it: another command or kind, or an expression that goes."""
    was, it = change.before, change.after
    if not isinstance(was, Policy) or not isinstance(it, Policy):
        return False
    lost = (was.using is not None and it.using is None) or (was.check is not None and it.check is None)
    return lost or (was.permissive, was.command) != (it.permissive, it.command)


def go_along(changes: Sequence[Change], dropped: Set[ObjectKey]) -> set[ObjectKey]:
    """Policies that the server drops with their table, and that keep nothing else from going."""
    made = {c.key for c in changes if isinstance(c, Create)}
    return {
        c.key
        for c in changes
        if isinstance(c, Drop)
        and isinstance(c.before, Policy)
        and c.before.on in dropped - made
        and all(c.before.on in (used, used.parent) for used in c.before.uses)
    }


def _named(it: Policy) -> str:
    return f"{quoted(it.name)} ON {qualified(it.on)}"


def _expressions(it: Policy, was: Policy | None = None) -> str:
    text = ""
    if it.using is not None and (was is None or was.using != it.using):
        text += f" USING ({it.using.text})"
    if it.check is not None and (was is None or was.check != it.check):
        text += f" WITH CHECK ({it.check.text})"
    return text


def _needs(context: Context, it: Policy) -> set[ObjectKey]:
    """Whatever bears a name that the policy mentions: nothing needs a policy, so too much is no harm."""
    names = {it.schema}
    for expression in it.expressions:
        try:
            names |= {token.text for token in tokens(expression.text) if token.kind in ("name", "quoted")}
        except Unreadable:
            names |= {o.key.name for o in context.desired.objects if o.key.name in expression.text}
    needed = {it.on, *roles_of(it)}
    for thing in context.desired.objects:
        if thing.key == it.on or thing.key.name.partition("(")[0] in names:
            needed.add(thing.key)
            if isinstance(thing, Table):
                needed |= {thing.child(Kind.COLUMN, column.name) for column in thing.columns}
    return needed - {it.key}
