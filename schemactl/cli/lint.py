"""`schemactl lint`: what reviewers should know of a plan."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemactl.cli.options import (
    UrlType,
    VersionType,
    desired,
    format_option,
    from_command_line,
    lint_settings_of,
    manner,
    manner_options,
    order_option,
    scope_options,
    to_options,
)
from schemactl.cli.run import current, plan_from

if TYPE_CHECKING:
    from schemactl.lint.settings import LintSettings
    from schemactl.plan import Plan
    from schemactl.urls import DatabaseUrl

FOUND = 3


@click.command(
    "lint",
    epilog="""\b
Examples:
  schemactl lint --url postgresql://me@localhost/app --to schema.sql
  schemactl lint --from git:main:db/schema.sql --to db/schema.sql --dialect mysql
  schemactl lint --plan plan.json --format sarif
""",
)
@click.option("--url", type=UrlType(), help="The database that the plan is for.")
@click.option(
    "--from",
    "from_",
    metavar="SOURCE",
    multiple=True,
    envvar="SCHEMACTL_FROM",
    help="In place of a database: the schema as it is, in SQL.",
)
@click.option(
    "--plan",
    "plan_file",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="SCHEMACTL_PLAN",
    help="Look at this saved plan, in place of making one.",
)
@to_options
@click.option("--dialect", metavar="NAME", help="The dialect of the SQL, with --from.")
@click.option("--server-version", type=VersionType(), help="Of the server, with --from; else the newest.")
@scope_options
@order_option
@manner_options
@format_option("text", "json", "sarif", "github", "markdown")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warn", "never"]),
    default="error",
    show_default=True,
    help="From which severity on the exit code is 3.",
)
def command(
    url: DatabaseUrl | None,
    from_: tuple[str, ...],
    plan_file: Path | None,
    to: tuple[str, ...],
    sources: tuple[str, ...],
    dialect: str | None,
    server_version: tuple[int, ...] | None,
    schema: tuple[str, ...],
    exclude: tuple[str, ...],
    include: tuple[str, ...],
    column_order: bool,
    online: bool | None,
    small_table: int,
    copy_with: tuple[str, ...],
    form: str,
    fail_on: str,
) -> int:
    """Say what reviewers should know of a plan: of the one that leads to --to, or of a saved one.

    Without a database, with --from, tables may be of any size. What is looked at is the plan as it would be applied: what
    schemactl does online, no rule warns of.

    `schemactl explain CODE` says more about a rule. Rules are tuned in schemactl.toml, under [lint].
    """
    settings = lint_settings_of()
    if plan_file:
        if sources or from_command_line("to") or from_:
            raise click.UsageError("--plan excludes --to and --from.", click.get_current_context())
        plan = _resettled(plan_from(plan_file), settings)
    else:
        from schemactl import engine
        from schemactl.sources import load

        texts = desired(to, sources)
        if from_:
            if url is not None and from_command_line("url"):
                raise click.UsageError("--from and --url exclude each other.", click.get_current_context())
            plan = engine.diff(
                load(from_),
                texts,
                dialect=dialect or "",
                version=server_version,
                lint=settings,
                column_order=column_order,
                manner=manner(online, small_table, copy_with),
            )
        elif url is not None:
            target = engine.target(
                url,
                schemas=schema,
                exclude=exclude,
                include=include,
                column_order=column_order,
                manner=manner(online, small_table, copy_with),
                lint=settings,
            )
            plan = engine.plan(target, texts)
        else:
            raise click.UsageError("Name a database with --url, or SQL with --from.", click.get_current_context())
    _show(plan, form)
    failing = {"error": ("error",), "warn": ("error", "warn"), "never": ()}[fail_on]
    return FOUND if any(it.severity in failing for it in plan.findings) else 0


def _resettled(plan: Plan, settings: LintSettings) -> Plan:
    from msgspec.structs import replace

    from schemactl.lint.run import resettled

    return replace(plan, findings=resettled(plan.findings, settings))


def _show(plan: Plan, form: str) -> None:
    from schemactl.lint.registry import catalogue
    from schemactl.render import findings, markdown

    match form:
        case "json":
            shown = findings.json(plan)
        case "sarif":
            shown = findings.sarif(plan.findings, catalogue())
        case "github":
            shown = findings.github(plan)
        case "markdown":
            shown = markdown.render(plan, current().policy())
        case _:
            shown = findings.text(plan, catalogue())
    sys.stdout.write(shown)
    sys.stdout.flush()
