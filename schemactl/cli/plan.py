"""`schemactl plan`: what an apply would do, without doing it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemactl.cli.options import (
    check_options,
    desired,
    dev_option,
    format_option,
    lint_settings_of,
    manner,
    manner_options,
    order_option,
    prove_option,
    scope_options,
    to_options,
    url_option,
)
from schemactl.cli.run import current, plan_of
from schemactl.cli.writing import write
from schemactl.errors import RefutedError

if TYPE_CHECKING:
    from schemactl.devdb import Address
    from schemactl.plan import Plan
    from schemactl.urls import DatabaseUrl

CHANGES_PENDING = 2


@click.command(
    "plan",
    epilog="""\b
Examples:
  schemactl plan --url postgresql://me@localhost/app --to schema.sql
  schemactl plan --env prod --to schema/ --out plan.json
  schemactl plan --env prod --to schema/ --prove --dev-url docker://postgres/17
  schemactl plan --env prod --to git:HEAD:db/schema.sql --detailed-exitcode
  schemactl plan --env prod --to schema/ --undo --format sql
""",
)
@url_option
@to_options
@scope_options
@order_option
@manner_options
@dev_option
@prove_option
@check_options
@format_option("text", "sql", "json", "markdown")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write the plan to this file.")
@click.option(
    "--undo",
    is_flag=True,
    help="Show the way back instead: what would lead from the desired schema to what is there now.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there are changes.")
def command(
    url: DatabaseUrl,
    to: tuple[str, ...],
    sources: tuple[str, ...],
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
    form: str,
    out: Path | None,
    undo: bool,
    detailed_exitcode: bool,
) -> int:
    """Show what would bring the database to the desired schema. Changes nothing."""
    if undo and out:
        raise click.UsageError("--undo is there to be read, not to be saved: leave --out away.")
    if undo and (prove or check_data):
        raise click.UsageError("--undo shows what is not there yet: it cannot be proved, nor its rows be counted.")
    texts = desired(to, sources)
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
    if undo:
        plan = engine.undo(target, texts)
    else:
        patience = Patience() if check_timeout is None else Patience(plan_check_timeout=check_timeout)
        plan = _planned(partial(engine.plan, target, texts, proved=prove, checked=check_data, patience=patience), form)
    current().show(plan, form)
    if out:
        _write(plan, out)
    return CHANGES_PENDING if detailed_exitcode and not plan.is_empty else 0


def _planned(make: Callable[[], Plan], form: str) -> Plan:
    """The plan; one that is refuted is shown too, before its error."""
    try:
        return make()
    except RefutedError as error:
        if (refuted := plan_of(error)) is not None:
            current().show(refuted, form)
        raise


def _write(plan: Plan, out: Path) -> None:
    from schemactl.plan import encode

    write(out, encode(plan))
    current().note(f"Plan written to {out}. Apply exactly this plan with: schemactl apply --plan {out} --url URL")
