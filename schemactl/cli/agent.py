"""`schemactl agent`: keep all databases that the manifests of a directory describe as they say."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

import click

from schemactl.cli.options import DurationType, format_option, lock_timeout_option
from schemactl.cli.run import current


def _at_least_a_second(_context: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and value < 1:
        raise click.BadParameter("it must be at least 1s")
    return value


@click.command(
    "agent",
    epilog="""\b
Examples:
  schemactl agent deploy/                       until Ctrl-C
  schemactl agent deploy/ --once                one round, as in CI
  schemactl agent deploy/ --interval 30s
  schemactl agent deploy/ --format json | jq 'select(.kind == "healed")'

\b
Exit codes: 0 all ready (also after SIGTERM), 1 an error, 3 nothing failed but
a plan was refused or waits for an approval, 130 interrupted.
""",
)
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--once", is_flag=True, help="Look at each resource once, print the table and exit.")
@click.option(
    "--interval",
    type=DurationType(),
    callback=_at_least_a_second,
    help="Look this often, whatever spec.interval says.",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=4, show_default=True, help="How many resources at a time."
)
@lock_timeout_option
@format_option("text", "json")
def command(
    directory: Path,
    once: bool,
    interval: float | None,
    workers: int,
    lock_timeout: float,
    form: Literal["text", "json"],
) -> int:
    """Bring every database that an AtlasSchema below DIR describes to what it says, and keep it there.

    Manifests, Secrets and ConfigMaps are read from the .yaml and .yml files of DIR, again whenever one changes. The
    environment wins over them: key `url` of the Secret `postgres-credentials` is taken from
    SCHEMACTL_SECRET_POSTGRES_CREDENTIALS_URL where that is set, and that of a ConfigMap from SCHEMACTL_CONFIGMAP_... .

    Prints a line for each change, and a table at the end. Drift, which is a change made by others, is healed, reported
    or ignored as spec.policy.drift says. A plan that loses data waits until the annotation db.atlasgo.io/approved-plan of
    the manifest names its digest, where spec.policy says nothing else. What was applied is remembered as long as the agent runs.
    """
    from schemactl.agent import Agent, Options, output
    from schemactl.dialect import Patience

    options = Options(once=once, interval=interval, workers=workers, patience=Patience(lock_timeout=lock_timeout))
    printer = output(form, color=current().use_color(sys.stdout))
    return Agent(directory, options, printer, os.environ).run()
