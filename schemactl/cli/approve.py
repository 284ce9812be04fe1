"""`schemactl approve`: let the plan that an AtlasSchema waits with run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from schemactl.cli.operator import require_extra
from schemactl.cli.run import current

if TYPE_CHECKING:
    from schemactl.resource import PlanSummary


@click.command(
    "approve",
    epilog="""\b
Examples:
  schemactl approve app -n team-a                           shows the plan and asks
  schemactl approve app -n team-a --digest sha256:0c5d...   this one and no other, as in scripts

\b
The same, as a manifest in Git may say it:
  metadata: {annotations: {db.atlasgo.io/approved-plan: "sha256:0c5d..."}}

\b
Exit codes: 0 approved, 1 an error, 3 no plan waits or the answer was no, 4 another plan waits.
""",
)
@click.argument("name")
@click.option("-n", "--namespace", help="The resource's. That of the kubeconfig's context, if not given.")
@click.option("--digest", metavar="DIGEST", help="Approve the plan with this digest, without asking.")
def command(name: str, namespace: str | None, digest: str | None) -> int:
    """Approve the plan that the AtlasSchema NAME waits with.

    The operator then runs exactly this plan. If the database or the schema moves before that, the approval is worth
    nothing, and another plan waits.
    """
    require_extra()
    import asyncio

    from schemactl.errors import NotApprovedError, StalePlanError
    from schemactl.operator import approve, own_namespace, waiting

    found, plan = asyncio.run(waiting(namespace or own_namespace(), name))
    if digest is not None and _bare(digest) != _bare(plan.digest):
        raise StalePlanError(
            f"another plan waits: {plan.digest}", subject=str(found.key), hint="read it, then approve it"
        )
    if digest is None:
        _show(plan)
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            hint = f"there is no terminal to ask on: say --digest {plan.digest}"
            raise NotApprovedError("the plan is not approved", subject=str(found.key), hint=hint)
        sys.stderr.write("Approve this plan? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise NotApprovedError("the plan is not approved", subject=str(found.key))
    asyncio.run(approve(found, plan))
    current().note(f"approved {plan.digest} of {found.key}")
    return 0


def _bare(digest: str) -> str:
    return digest.strip().removeprefix("sha256:").lower()


def _show(plan: PlanSummary) -> None:
    hazards = f"  ({', '.join(plan.hazards)})" if plan.hazards else ""
    print(f"-- {plan.summary}{hazards}\n-- {plan.digest}\n{plan.sql}", flush=True)
    if plan.is_cut:
        print(f"-- all of it: kubectl get configmap {plan.config_map or '(not written)'}", flush=True)
