"""The database of a resource as the engine takes it: the one place that says how a spec bears on a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemactl.diff import Scope
from schemactl.manner import Manner, Online
from schemactl.plan.document import Transactions
from schemactl.reconcile.inputs import Inputs
from schemactl.resource import Spec, lint_of, skipped

if TYPE_CHECKING:
    from schemactl.engine import Care, Target
    from schemactl.urls import DatabaseUrl

TRANSACTIONS = {"file": Transactions.FEW, "all": Transactions.ONE, "none": Transactions.EACH}


def target_of(spec: Spec, inputs: Inputs) -> Target:
    """Connects to nothing yet. Raises UrlError and UsageError."""
    from schemactl import engine

    return engine.target(
        inputs.url,
        schemas=spec.schemas,
        exclude=spec.exclude,
        include=spec.target.schemas,
        column_order=spec.policy.diff.column_order,
        manner=manner_of(spec),
        dev=inputs.dev_url or None,
        lint=lint_of(spec),
        skip=skipped(spec),
        transactions=TRANSACTIONS[spec.tx_mode],
        renames=[(it.old, it.new) for it in spec.renames],
    )


def care_of(spec: Spec, url: DatabaseUrl | None) -> Care:
    """The same for two texts, which need no database; the `url` may say which schemas are meant."""
    from schemactl import engine

    schemas = spec.schemas or (url.schemas if url is not None else ())
    return engine.Care(
        scope=Scope.of(schemas, spec.exclude, spec.target.schemas),
        skip=skipped(spec),
        transactions=TRANSACTIONS[spec.tx_mode],
        renames=tuple((it.old, it.new) for it in spec.renames),
    )


def manner_of(spec: Spec) -> Manner:
    """How a plan for it goes about its work."""
    indexes = spec.policy.diff.concurrent_index
    return Manner(
        online=Online.NEVER if spec.tx_mode == "all" else Online.AUTO,
        creates_concurrently=indexes.create,
        drops_concurrently=indexes.drop,
    )
