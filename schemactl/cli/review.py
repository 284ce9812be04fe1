"""`schemactl review`: what merging a change would do, as a comment on it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schemactl.cli.config import environments
from schemactl.cli.environments import Environment, environment
from schemactl.cli.judging import by_base
from schemactl.cli.options import (
    UrlType,
    check_options,
    format_option,
    from_command_line,
    prove_option,
    to_options,
    was_said,
)
from schemactl.cli.run import Run, current
from schemactl.errors import UsageError

if TYPE_CHECKING:
    from schemactl.cli.manifests import Pair
    from schemactl.review.model import Reviewed
    from schemactl.urls import DatabaseUrl

#: Databases that are looked at side by side.
WORKERS = 4


@click.command(
    "review",
    epilog="""\b
Examples:
  schemactl review                                  # in a pipeline: all environments of schemactl.toml
  schemactl review --target prod --target stage --prove
  schemactl review --offline --base origin/main     # where no database can be reached
  schemactl review --manifests deploy/ --base origin/main
  schemactl review --manifests deploy/ --approve sha256:0c5d...
  schemactl review --change https://github.com/acme/shop/pull/7 --artifacts plans/
  schemactl review --no-post --output review.md

\b
The token is taken from $SCHEMACTL_TOKEN, else $GITHUB_TOKEN, $GITEA_TOKEN or $GITLAB_TOKEN.
Exit codes: 0 nothing is in the way, 1 a target could not be planned, 3 as --fail-on says.
""",
)
@click.option("--target", "targets", multiple=True, metavar="NAME", help="An environment.  [default: all of them]")
@click.option("--url", type=UrlType(), help="The database, where there are no environments.")
@to_options
@click.option(
    "--manifests",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The targets are the AtlasSchemas below this directory that are not as --base has them; without it, all of them."
    " Where a database is not known or not reached, the plan is from --base to the files.",
)
@click.option(
    "--dialect", metavar="NAME", help="Of manifests whose database is not known here: postgresql, mysql, mariadb."
)
@click.option(
    "--offline/--no-offline",
    default=None,
    help="Ask no database: from the schema in --base to that in the files; or insist on it, also for manifests.",
)
@click.option(
    "--base",
    metavar="REF",
    help="The commit that the change is to be merged into: it begins where the two went apart.  [default: the pipeline's]",
)
@prove_option
@check_options
@click.option("--change", "change_url", metavar="URL", help="The pull or merge request.  [default: the pipeline's]")
@format_option("markdown", "json")
@click.option("--name", default="schema", show_default=True, help="Tells this review from others on the same change.")
@click.option("--run", "run_number", type=int, help="The number of this run: an older one overwrites nothing.")
@click.option("--post/--no-post", default=None, help="Comment on the change.  [default: where there is one]")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the comment to this file too.")
@click.option("--artifacts", type=click.Path(file_okay=False, path_type=Path), help="Save each plan in this directory.")
@click.option("--sarif", type=click.Path(dir_okay=False, path_type=Path), help="Write what lint found to this file.")
@click.option("--require-label", metavar="LABEL", help="Of a change whose plans need approval: this label is one.")
@click.option(
    "--require-approval", is_flag=True, help="Of such a change: an approving review of its newest commit is one."
)
@click.option(
    "--approve",
    "approve",
    multiple=True,
    metavar="DIGEST|comment|all",
    help="Write into its manifest that the plan with this digest is approved, or each plan of the review with it: once that"
    " is merged, the operator runs exactly this plan. `comment` is the review that the change shows. With --require-...,"
    " only where the change has that.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["changes", "warns", "approval", "refused", "never"]),
    default="approval",
    show_default=True,
    help="From which verdict on the exit code is 3.",
)
@by_base
def command(
    targets: tuple[str, ...],
    url: DatabaseUrl | None,
    to: tuple[str, ...],
    sources: tuple[str, ...],
    manifests: Path | None,
    dialect: str | None,
    offline: bool | None,
    base: str | None,
    prove: bool,
    check_data: bool,
    check_timeout: float | None,
    change_url: str | None,
    form: str,
    name: str,
    run_number: int | None,
    post: bool | None,
    output: Path | None,
    artifacts: Path | None,
    sarif: Path | None,
    require_label: str | None,
    require_approval: bool,
    approve: tuple[str, ...],
    fail_on: str,
) -> int:
    """Plan every environment, or every AtlasSchema that the change touches, and comment on the change with what its merge
    would do. Changes no database.
    """
    from schemactl.cli.approving import is_approved, with_approvals
    from schemactl.cli.manifests import pairs
    from schemactl.cli.publishing import annotate, comment_on, exit_code, save
    from schemactl.cli.reviewing import Asked, of_environment, of_resource
    from schemactl.review.comment import comment
    from schemactl.review.document import document
    from schemactl.review.model import Review
    from schemactl.review.platforms.find import change

    run = current()
    it = change(change_url or "", os.environ) if post is not False else None
    if post and it is None:
        raise UsageError("there is no change to comment on", hint="name it: --change URL")
    base = base or ""
    if offline and not base:
        raise UsageError("--offline starts from the schema of a commit", hint="name it: --base origin/main")
    if prove and offline:
        raise UsageError("--prove needs databases: leave --offline away")
    if approve and (manifests is None or offline):
        raise UsageError(
            "--approve is of manifests, and of plans from their live databases", hint="name --manifests DIR"
        )
    asked = Asked(
        run=run,
        offline=offline,
        base=base,
        proved=prove,
        checked=check_data,
        seconds=check_timeout,
        dialect=dialect,
        artifacts=artifacts,
    )
    works: list[tuple[bool, Callable[[], Reviewed]]]
    touched: list[Pair] = []
    untouched = 0
    if manifests is not None:
        if sources or from_command_line("to") or from_command_line("url"):
            hint = "leave --url, --to and sources away"
            raise UsageError("the manifests say themselves which database is to have which schema", hint=hint)
        found = _named(pairs(manifests, base, os.environ), targets)
        touched = [it for it in found if it.way != "same"]
        works = [(False, partial(of_resource, asked, it)) for it in touched]
        untouched = len(found) - len(touched)
    else:
        over = {"url": url if was_said("url") else None, "to": [*to, *sources]}
        chosen = _environments(run, targets, live=not offline, over=over, base=base)
        works = [(it.ours, partial(of_environment, asked, it)) for it in chosen]
    reviewed = _done(works)
    commit = it.commit if it is not None else ""
    review = Review(name=name, targets=reviewed, commit=commit, untouched=untouched)
    if approve:
        review = with_approvals(review, touched, approve, it, require_label, approval=require_approval)
    text = comment(review)
    approved = is_approved(review, it, require_label, approval=require_approval)
    save(review, text, output, artifacts, sarif)
    posted = comment_on(review, text, it, run_number, approved=approved)
    if form == "json":
        sys.stdout.write(document(review))
    elif not output and not posted:
        sys.stdout.write(text)
    if form != "json":
        annotate(review)
    return exit_code(review, fail_on, approved=approved)


def _done(works: Sequence[tuple[bool, Callable[[], Reviewed]]]) -> tuple[Reviewed, ...]:
    """What comes of each, in their order. Those that are not ours go where the change says: without our passwords."""
    from schemactl.cli.reviewing import without_ours

    done: dict[int, Reviewed] = {}
    with ThreadPoolExecutor(WORKERS) as pool:
        for ours, passwords in ((True, nullcontext()), (False, without_ours())):
            chosen = [at for at, work in enumerate(works) if work[0] is ours]
            with passwords:
                done |= zip(chosen, pool.map(lambda at: works[at][1](), chosen), strict=True)
    return tuple(done[at] for at in range(len(works)))


def _environments(
    run: Run, targets: Sequence[str], *, live: bool, over: dict[str, Any], base: str
) -> list[Environment]:
    """Those that were named, or all; what the top of the settings says where there are none."""
    names = list(targets) or ([run.env] if run.env else environments(run.config)) or [""]
    if over["url"] is not None and names != [""]:
        raise UsageError(
            "--url names one database, and there are environments", hint="leave --url away, or name one --target"
        )
    return [environment(name, run, live=live, over=over, base=base) for name in names]


def _named(found: Sequence[Pair], targets: Sequence[str]) -> list[Pair]:
    """Those that were named, as `namespace/name`, or all."""
    missing = [name for name in targets if name not in {it.name for it in found}]
    if missing:
        known = ", ".join(it.name for it in found)
        raise UsageError(f"there is no AtlasSchema {missing[0]} in the manifests", hint=f"known: {known}")
    return [it for it in found if not targets or it.name in targets]
