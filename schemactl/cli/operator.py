"""`schemactl operator`: keep all databases that the AtlasSchemas of a cluster describe as they say."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal

import click

from schemactl.cli.options import DurationType, lock_timeout_option
from schemactl.cli.run import current

if TYPE_CHECKING:
    from schemactl.operator import Shard

    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType


class ShardType(ParamType):
    name = "I/N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        require_extra()
        from schemactl.operator import Shard

        try:
            return value if isinstance(value, Shard) else Shard.parse(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


class AddressType(ParamType):
    name = "ADDRESS:PORT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        host, _, port = str(value).rpartition(":")
        if not port.isdigit() or int(port) > 65535:
            self.fail(f"{value!r} is no address. Write 0.0.0.0:8080, or :8080.", param, ctx)
        return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  # what a pod listens on


class PrefixType(ParamType):
    name = "PREFIX"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        require_extra()
        from schemactl.operator import require_known

        try:
            return require_known(str(value))
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


def require_extra() -> None:
    """Raises UsageError where what speaks to a cluster is not installed."""
    from schemactl.errors import UsageError

    try:
        import kopf  # noqa: F401
        import prometheus_client  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"{error.name} is not installed, which speaking to a cluster takes",
            hint="pip install 'schemactl[operator]'",
        ) from None


@click.command(
    "operator",
    epilog="""\b
Examples:
  schemactl operator                              all namespaces, as a pod or with a kubeconfig
  schemactl operator -n team-a -n team-b
  schemactl operator --label-selector team=alpha
  schemactl operator --shard 0/3                  the first of three that share a cluster

\b
Exit codes: 0 after SIGTERM or SIGINT, 1 an error, 64 wrong usage.
""",
)
@click.option("-n", "--namespace", multiple=True, help="Only AtlasSchemas of this namespace; repeatable.")
@click.option("--label-selector", metavar="SELECTOR", default="", help="Only AtlasSchemas with these labels.")
@click.option(
    "--shard",
    type=ShardType(),
    default="0/1",
    show_default=True,
    help="Look after shard I (from 0) of N, and stand in for others of them that are gone.",
)
@click.option(
    "--workers", type=click.IntRange(1, 256), default=16, show_default=True, help="How many resources at a time."
)
@click.option(
    "--per-database",
    type=click.IntRange(1, 256),
    default=4,
    show_default=True,
    help="How many of them in one database, and so how many sessions.",
)
@click.option(
    "--grace",
    type=DurationType(),
    default="20s",
    show_default=True,
    help="How long a statement may go on after SIGTERM before it is cancelled. Less than the pod's own.",
)
@click.option(
    "--schema-from",
    type=PrefixType(),
    multiple=True,
    help="How what a schema.url names may begin: file:///DIR, https://HOST/, git+https://HOST/; repeatable. None, if not given.",
)
@click.option(
    "--watch-secrets/--no-watch-secrets",
    default=True,
    show_default=True,
    help="Watch the Secrets that have the label; without the right to list them, none.",
)
@lock_timeout_option
@click.option(
    "--lease-namespace", metavar="NAMESPACE", help="Where the Leases are kept. The pod's own, or the context's."
)
@click.option(
    "--lease-duration",
    type=DurationType(),
    default="15s",
    show_default=True,
    help="How long a dead replica's work rests.",
)
@click.option(
    "--listen",
    type=AddressType(),
    default=":8080",
    show_default=True,
    help="Where /metrics, /healthz and /readyz are served.",
)
@click.option("--log-format", type=click.Choice(["json", "text"]), help="json, unless stderr is a terminal.")
def command(
    namespace: tuple[str, ...],
    label_selector: str,
    shard: Shard,
    workers: int,
    per_database: int,
    grace: float,
    schema_from: tuple[str, ...],
    watch_secrets: bool,
    lock_timeout: float,
    lease_namespace: str | None,
    lease_duration: float,
    listen: tuple[str, int],
    log_format: Literal["json", "text"] | None,
) -> int:
    """Bring every database that an AtlasSchema of the cluster describes to what it says, and keep it there.

    SIGTERM lets each run end after the step in hand; one that takes longer than --grace is cancelled, as by a second SIGTERM.

    Several replicas stand by for each other: one at a time works, by a Lease, or one a shard. Secrets are read by name;
    one with the label db.atlasgo.io/watch=Enabled is watched, any other is read anew at each look. ConfigMaps are watched.
    """
    require_extra()
    import asyncio

    from schemactl.dialect import Patience
    from schemactl.operator import Options, Timing, configure, own_namespace, serve

    configure(log_format or ("text" if sys.stderr.isatty() else "json"), debug=current().debug)
    options = Options(
        namespaces=namespace,
        label_selector=label_selector,
        lease_namespace=lease_namespace or own_namespace(),
        shard=shard,
        workers=workers,
        per_database=per_database,
        grace=grace,
        schemas=schema_from,
        watch_secrets=watch_secrets,
        host=listen[0],
        port=listen[1],
        patience=Patience(lock_timeout=lock_timeout),
        timing=Timing(duration=lease_duration, deadline=lease_duration * 2 / 3, retry=lease_duration * 2 / 15),
    )
    asyncio.run(serve(options))
    return 0
