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
from schemactl.cli.options import UrlType, check_options, format_option, from_command_line, prove_option, to_options
from schemactl.cli.run import Run, current
from schemactl.cli.writing import write
from schemactl.errors import NotApprovedError, PlatformError, UsageError

if TYPE_CHECKING:
    from schemactl.cli.manifests import Pair
    from schemactl.review.model import Review, Reviewed
    from schemactl.review.platforms.find import Change
    from schemactl.urls import DatabaseUrl

#: Databases that are looked at side by side.
WORKERS = 4
#: The exit code by the worst that is found.
REFUSED = 3


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
    from schemactl.cli.manifests import pairs
    from schemactl.cli.reviewing import Asked, of_environment, of_resource, without_ours
    from schemactl.review.comment import comment
    from schemactl.review.document import document
    from schemactl.review.model import Review
    from schemactl.review.platforms.find import change

    run = current()
    it = change(change_url or "", os.environ) if post is not False else None
    if post and it is None:
        raise UsageError("there is no change to comment on", hint="name it: --change URL")
    base = base or (it.base if it is not None else "")
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
    works: list[Callable[[], Reviewed]]
    touched: list[Pair] = []
    untouched = 0
    if manifests is not None:
        if sources or from_command_line("to") or from_command_line("url"):
            hint = "leave --url, --to and sources away"
            raise UsageError("the manifests say themselves which database is to have which schema", hint=hint)
        found = _named(pairs(manifests, base, os.environ), targets)
        touched = [it for it in found if it.way != "same"]
        works, untouched = [partial(of_resource, asked, it) for it in touched], len(found) - len(touched)
    else:
        chosen = _environments(run, targets, live=not offline, over={"url": url, "to": [*to, *sources]})
        works = [partial(of_environment, asked, it) for it in chosen]
    with without_ours() if manifests is not None else nullcontext(), ThreadPoolExecutor(WORKERS) as pool:
        reviewed = tuple(pool.map(lambda work: work(), works))
    commit = it.commit if it is not None else ""
    review = Review(name=name, targets=reviewed, commit=commit, untouched=untouched)
    if approve:
        review = _with_approvals(review, touched, approve, it, require_label, approval=require_approval)
    text = comment(review)
    approved = _approved(review, it, require_label, approval=require_approval)
    _save(review, text, output, artifacts, sarif)
    posted = _post(review, text, it, run_number, approved=approved)
    if form == "json":
        sys.stdout.write(document(review))
    elif not output and not posted:
        sys.stdout.write(text)
    if form != "json":
        _annotate(review)
    return _exit_code(review, fail_on, approved=approved)


def _environments(run: Run, targets: Sequence[str], *, live: bool, over: dict[str, Any]) -> list[Environment]:
    """Those that were named, or all; what the top of the settings says where there are none."""
    names = list(targets) or ([run.env] if run.env else environments(run.config)) or [""]
    if over["url"] is not None and names != [""]:
        raise UsageError(
            "--url names one database, and there are environments", hint="leave --url away, or name one --target"
        )
    return [environment(name, run, live=live, over=over) for name in names]


def _named(found: Sequence[Pair], targets: Sequence[str]) -> list[Pair]:
    """Those that were named, as `namespace/name`, or all."""
    missing = [name for name in targets if name not in {it.name for it in found}]
    if missing:
        known = ", ".join(it.name for it in found)
        raise UsageError(f"there is no AtlasSchema {missing[0]} in the manifests", hint=f"known: {known}")
    return [it for it in found if not targets or it.name in targets]


def _with_approvals(
    review: Review,
    pairs: Sequence[Pair],
    digests: Sequence[str],
    change: Change | None,
    label: str | None,
    *,
    approval: bool,
) -> Review:
    """The review once the manifests say that the plans with these digests are approved. All are written, or none."""
    from schemactl.cli.approving import approve
    from schemactl.review.model import State

    waits = review.state in (State.APPROVAL, State.REFUSED, State.FAILED)
    if waits and (label or approval) and not _approved(review, change, label, approval=approval):
        raise NotApprovedError(
            f"the change has neither the label nor the approving review that --approve waits for; it is {review.state}",
            hint="nothing was written: read the review, then give it what it needs",
        )
    review, files = approve(review, pairs, [_read(review, change) if it == "comment" else it for it in digests])
    for file in files:
        current().note(f"approved in {file}: commit it with the change, and the merge is the approval")
    return review


def _read(review: Review, change: Change | None) -> str:
    """The digest of the review that people have before them. Raises NotApprovedError where that is of another commit."""
    from schemactl.review.post import shown

    mark = shown(change.platform, review.name) if change is not None else None
    if mark is None or mark.commit != review.commit:
        raise NotApprovedError(
            "the change shows no review of its newest commit",
            hint="nothing was written: review it first, and read that",
        )
    return mark.digest


def _approved(review: Review, change: Change | None, label: str | None, *, approval: bool) -> bool:
    """Whether somebody has said yes, in one of the ways that count, to what needs it."""
    from schemactl.review.model import State

    if review.state is not State.APPROVAL or change is None or not (label or approval):
        return False
    try:
        standing = change.platform.standing()
    except PlatformError as error:
        run = current()
        run.note(f"warning: whether there is an approval is not known: {run.redact(error.message)} ({error.hint})")
        return False
    return (label in standing.labels) or (approval and bool(standing.approvers) and standing.head == review.commit)


def _save(review: Review, text: str, output: Path | None, artifacts: Path | None, sarif: Path | None) -> None:
    from schemactl.cli.reviewing import file_of
    from schemactl.plan import encode

    if output:
        write(output, text.encode(), parents=True)
    for it in review.targets:
        if it.artifact and artifacts is not None and it.plan is not None:
            write(file_of(artifacts, it.name), encode(it.plan), parents=True)
    if sarif:
        write(sarif, _sarif(review).encode(), parents=True)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        write(Path(summary), text.encode(), append=True)


def _post(review: Review, text: str, change: Change | None, run_number: int | None, *, approved: bool) -> bool:
    """Whether the comment is there. A platform that does not take it changes nothing of the verdict."""
    from schemactl.review.platforms import Outcome
    from schemactl.review.post import post

    run = current()
    if change is None:
        return False
    outcome = Outcome.SUCCESS if approved else None
    try:
        number = change.run if run_number is None else run_number
        posted = post(change.platform, review, text, run=number, outcome=outcome)
    except PlatformError as error:
        run.note(f"warning: not posted: {run.redact(error.message)}" + (f" ({error.hint})" if error.hint else ""))
        return False
    run.note(f"{change.url}: the comment {posted}" if posted != "not needed" else f"{change.url}: no comment is needed")
    return True


def _annotate(review: Review) -> None:
    """What lint found, on the lines of the files, where GitHub's runner reads our output."""
    from schemactl.render import findings

    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    lines = (line for it in review.targets if it.plan is not None for line in findings.github(it.plan).splitlines())
    sys.stdout.write("".join(f"{line}\n" for line in dict.fromkeys(lines)))


def _sarif(review: Review) -> str:
    """One document: what several targets have in common is found once."""
    from msgspec.structs import replace

    from schemactl.lint.registry import catalogue
    from schemactl.render import findings
    from schemactl.review.model import State

    plans = [it.plan for it in review.targets if it.plan is not None]
    found = dict.fromkeys(replace(f, step=0) for plan in plans for f in plan.findings)
    if not plans and review.of(State.FAILED):
        raise UsageError("--sarif: no target could be planned")
    return findings.sarif(tuple(found), catalogue())


def _exit_code(review: Review, fail_on: str, *, approved: bool) -> int:
    from schemactl.review.model import State

    if review.of(State.FAILED):
        return 1
    worst = State.WARNS if approved else review.state
    return REFUSED if fail_on != "never" and worst.rank >= State(fail_on).rank else 0
