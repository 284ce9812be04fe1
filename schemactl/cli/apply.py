"""`schemactl apply`: the plan, a yes, and its execution."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemactl.cli.options import (
    DigestType,
    DurationType,
    HazardsType,
    check_options,
    desired,
    dev_option,
    format_option,
    from_command_line,
    lint_settings_of,
    manner,
    manner_options,
    order_option,
    policy,
    prove_option,
    scope_options,
    to_options,
    url_option,
)
from schemactl.cli.run import Run, current, plan_from, plan_of
from schemactl.errors import NotApprovedError, NotProvedError, RefusedError, RefutedError

if TYPE_CHECKING:
    from schemactl.devdb import Address
    from schemactl.dialect import Patience, SourceText
    from schemactl.engine import Outcome, Target
    from schemactl.plan import Plan
    from schemactl.policy import Policy
    from schemactl.steps import Hazard
    from schemactl.urls import DatabaseUrl


@click.command(
    "apply",
    epilog="""\b
Examples:
  schemactl apply --url postgresql://me@localhost/app --to schema.sql
  schemactl apply --env prod --to schema/ --auto-approve --allow DROPS_COLUMN
  schemactl apply --env prod --plan plan.json --auto-approve
  schemactl apply --env prod --to schema/ --dry-run
""",
)
@url_option
@to_options
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="SCHEMACTL_PLAN",
    help="Apply this saved plan, and no other, instead of --to.",
)
@scope_options
@order_option
@manner_options
@dev_option
@prove_option
@check_options
@click.option("--auto-approve", is_flag=True, help="Do not ask. Needed where there is no terminal.")
@click.option(
    "--allow",
    type=HazardsType(),
    default="",
    help="Hazards, or classes of them, that the plan may have, separated by commas, or all. See `schemactl explain`.",
)
@click.option(
    "--approve-digest",
    type=DigestType(),
    default="",
    help="Apply without asking if the plan has this digest, whatever the policy is, and no other plan.",
)
@click.option("--dry-run", is_flag=True, help="Show the plan and stop.")
@click.option(
    "--lock-timeout", type=DurationType(), default="3s", show_default=True, help="How long a step waits for a lock."
)
@format_option("text", "json")
def command(
    url: DatabaseUrl,
    to: tuple[str, ...],
    sources: tuple[str, ...],
    plan_file: Path | None,
    schema: tuple[str, ...],
    exclude: tuple[str, ...],
    include: tuple[str, ...],
    column_order: bool,
    online: bool | None,
    small_table: int,
    copy_with: tuple[str, ...],
    dev_url: Address | None,
    prove: bool,
    check_data: bool,
    check_timeout: float | None,
    auto_approve: bool,
    allow: frozenset[Hazard],
    approve_digest: str,
    dry_run: bool,
    lock_timeout: float,
    form: str,
) -> int:
    """Bring the database to the desired schema, or carry out a saved plan."""
    if plan_file and (sources or from_command_line("to")):
        raise click.UsageError("--plan and --to exclude each other.", click.get_current_context())
    given = plan_from(plan_file) if plan_file else desired(to, sources)
    from schemactl import engine
    from schemactl.dialect import Patience

    target = engine.target(
        url,
        schemas=schema,
        exclude=exclude,
        include=include,
        column_order=column_order,
        dev=dev_url,
        manner=manner(online, small_table, copy_with),
        lint=lint_settings_of(),
    )
    patience = Patience(lock_timeout=lock_timeout)
    if check_timeout is not None:
        patience = replace(patience, check_timeout=check_timeout, plan_check_timeout=check_timeout)
    if dry_run:
        if isinstance(given, list):
            given = engine.plan(target, given, proved=prove, checked=check_data, patience=patience)
        current().show(given, form)
        return 0
    application = _Application(current(), form, auto_approve=auto_approve)
    asked = policy(allow, approve_digest)
    return application.run(target, given, proved=prove, checked=check_data, policy=asked, patience=patience)


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


class _Application:
    """One apply: shows the plan once, asks where it may, reports the end."""

    def __init__(self, run: Run, form: str, *, auto_approve: bool) -> None:
        self._run = run
        self._form = form
        self._auto_approve = auto_approve
        self._shown = False

    def run(
        self,
        target: Target,
        given: list[SourceText] | Plan,
        *,
        proved: bool,
        checked: bool,
        policy: Policy,
        patience: Patience,
    ) -> int:
        from schemactl import engine
        from schemactl.cli.progress import Progress, Stopper

        carry_out = (
            partial(engine.apply, target, given)
            if isinstance(given, list)
            else partial(engine.apply_plan, target, given)
        )
        try:
            with Stopper() as stopper, Progress(stopper) as progress:
                outcome = carry_out(
                    proved=proved,
                    checked=checked,
                    policy=policy,
                    approve=self._approve,
                    attended=not self._auto_approve and _can_ask(),
                    patience=patience,
                    progress=progress,
                    stop=stopper.event,
                    cancel=stopper.cancel,
                )
        except (RefusedError, NotApprovedError, RefutedError, NotProvedError) as error:
            if (plan := plan_of(error)) is not None:
                self._show(plan)
            if isinstance(error, NotApprovedError) and not error.subject and not _can_ask():
                error.hint = "there is no terminal to ask on: in scripts, say --auto-approve"
            raise
        self._finish(outcome)
        return 0

    def _approve(self, plan: Plan) -> bool:
        self._show(plan)
        if self._auto_approve:
            return True
        count = len(plan.steps)
        if not _can_ask():
            return False
        sys.stderr.write(f"Apply {'this change' if count == 1 else f'these {count} changes'}? [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in {"y", "yes"}

    def _show(self, plan: Plan) -> None:
        """On stdout; but where stdout is for the one JSON document of the outcome, on stderr."""
        if self._shown:
            return
        self._shown = True
        if self._form == "text":
            self._run.show(plan, "text")
        else:
            from schemactl.render import render

            self._run.note(render(plan, "text", policy=self._run.policy()).rstrip("\n"))

    def _finish(self, outcome: Outcome) -> None:
        if self._form == "json":
            from schemactl.render.outcome import json

            sys.stdout.write(json(outcome.plan, outcome.steps_done, outcome.seconds))
        elif outcome.plan.is_empty:
            self._show(outcome.plan)
        else:
            steps = "1 step" if outcome.steps_done == 1 else f"{outcome.steps_done} steps"
            sys.stdout.write(f"Applied {steps} in {outcome.seconds:.2f} s.\n")
