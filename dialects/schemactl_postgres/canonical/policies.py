"""The expressions of a policy, among the columns of its table."""

from __future__ import annotations

from dataclasses import replace

from schemactl.model import Expression, Kind, ObjectKey, Policy
from schemactl_postgres.canonical.expression import canonical
from schemactl_postgres.canonical.resolve import Context

_NOWHERE = Context({}, "", "", {})


def policy_of(policy: Policy, context: Context | None) -> Policy:
    """The policy with canonical expressions; `context` is that of its table, None where that is not in the catalog."""
    context = context or _NOWHERE

    def expression(source: Expression) -> Expression:
        found = canonical(source.text, context, None)
        columns = (
            ObjectKey(kind=Kind.COLUMN, schema=policy.schema, table=policy.table, name=name) for name in found.columns
        )
        return Expression(text=source.text, canonical=found.text, uses=(*columns, *found.uses))

    return replace(
        policy,
        using=expression(policy.using) if policy.using is not None else None,
        check=expression(policy.check) if policy.check is not None else None,
    )
