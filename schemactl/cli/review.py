"""`schemactl review`: what merging a change would do, as a comment on it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from schemactl.cli.config import environments
from schemactl.cli.environments import Environment, environment
from schemactl.cli.options import UrlType, check_options, format_option, prove_option, to_options
from schemactl.cli.run import Run, current
from schemactl.errors import PlatformError, RefutedError, SchemactlError, UsageError

if TYPE_CHECKING:
    from schemactl.model import Catalog
    from schemactl.plan import Plan
    from schemactl.review.model import Basis, Review, Reviewed
    from schemactl.review.platforms.find import Change
    from schemactl.urls import DatabaseUrl

    #: Who is told of the catalogs that a plan leads between; and what plans an environment, and tells that one.
    Between = Callable[[Catalog, Catalog], None]
    Look = Callable[[Environment, Between], Plan]

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
@click.option("--offline", is_flag=True, help="Ask no database: from the schema in --base to that in the files.")
@click.option("--base", metavar="REF", help="The commit to start from, with --offline.  [default: the pipeline's]")
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
    offline: bool,
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
    fail_on: str,
) -> int:
    """Plan every environment, and comment on the change with what its merge would do. Changes no database."""
    from schemactl.review.comment import comment
    from schemactl.review.document import document
    from schemactl.review.model import Basis
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
    chosen = _environments(run, targets, live=not offline, over={"url": url, "to": [*to, *sources]})
    look = (
        partial(_from_base, base)
        if offline
        else partial(_live, proved=prove, checked=check_data, seconds=check_timeout)
    )
    basis = Basis.BASE if offline else Basis.LIVE
    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(partial(_reviewed, run, look, basis, artifacts), chosen))
    review = _review(name, found, it)
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


def _reviewed(run: Run, look: Look, basis: Basis, artifacts: Path | None, it: Environment) -> Reviewed:
    """One target. What is in the way of its plan is said in its place, and the others go on."""
    from schemactl.review.diagram import diagram
    from schemactl.review.model import Reviewed

    catalogs: list[Catalog] = []

    def between(before: Catalog, after: Catalog) -> None:
        catalogs.extend((before, after))

    try:
        plan = look(it, between)
    except RefutedError as error:
        plan = error.plan  # type: ignore[assignment]
    except SchemactlError as error:
        where = f"{error.message} ({error.place})" if error.place else error.message
        return Reviewed(
            name=it.name, policy=it.policy, basis=basis, error=run.redact(where), hint=run.redact(error.hint)
        )
    return Reviewed(
        name=it.name,
        plan=plan,
        policy=it.policy,
        basis=basis,
        diagram=diagram(catalogs[0], catalogs[1]) if catalogs and not plan.is_empty else "",
        artifact=_file(artifacts, it.name).as_posix() if artifacts is not None and not plan.is_empty else "",
    )


def _live(it: Environment, between: Between, *, proved: bool, checked: bool, seconds: float | None) -> Plan:
    from schemactl import engine
    from schemactl.dialect import Patience
    from schemactl.sources import load

    patience = Patience() if seconds is None else Patience(plan_check_timeout=seconds)
    texts = load(it.sources)
    return engine.plan(it.target(), texts, proved=proved, checked=checked, patience=patience, between=between)


def _from_base(base: str, it: Environment, between: Between) -> Plan:
    from schemactl import engine
    from schemactl.sources import git, load
    from schemactl.sources.words import FileSource, classify

    before = []
    for word in it.sources:
        source = classify(word)
        if not isinstance(source, FileSource):
            raise UsageError(f"{word} is no file: --offline finds it in no other commit")
        there = git.before(base, source.path)
        before += load([str(there)]) if there is not None else []
    return engine.diff(
        before,
        load(it.sources),
        dialect=it.options["dialect"],
        lint=it.lint,
        column_order=it.options["column_order"],
        manner=it.manner,
        between=between,
    )


def _review(name: str, found: list[Reviewed], change: Change | None) -> Review:
    from schemactl.review.model import Review

    return Review(name=name, targets=tuple(found), commit=change.commit if change is not None else "")


def _approved(review: Review, change: Change | None, label: str | None, *, approval: bool) -> bool:
    """Whether somebody has said yes, in one of the ways that count, to what needs it."""
    from schemactl.review.model import State

    if review.state is not State.APPROVAL or change is None or not (label or approval):
        return False
    standing = change.platform.standing()
    return (label in standing.labels) or (approval and bool(standing.approvers) and standing.head == review.commit)


def _save(review: Review, text: str, output: Path | None, artifacts: Path | None, sarif: Path | None) -> None:
    from schemactl.plan import encode

    files: dict[Path, bytes] = {output: text.encode()} if output else {}
    for it in review.targets:
        if it.artifact and artifacts is not None and it.plan is not None:
            files[_file(artifacts, it.name)] = encode(it.plan)
    if sarif:
        files[sarif] = _sarif(review).encode()
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    try:
        for file, data in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        if summary:
            with Path(summary).open("a", encoding="utf-8") as stream:
                stream.write(text)
    except OSError as error:
        raise UsageError(f"cannot write {error.filename}: {error.strerror}") from None


def _file(artifacts: Path, name: str) -> Path:
    return artifacts / f"{''.join(c if c.isalnum() or c in '._-' else '-' for c in name)}.json"


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

    plans = [it.plan for it in review.targets if it.plan is not None]
    found = dict.fromkeys(replace(f, step=0) for plan in plans for f in plan.findings)
    if not plans:
        raise UsageError("--sarif: no target could be planned")
    return findings.sarif(replace(plans[0], findings=tuple(found)), catalogue())


def _exit_code(review: Review, fail_on: str, *, approved: bool) -> int:
    from schemactl.review.model import State

    if review.of(State.FAILED):
        return 1
    worst = State.WARNS if approved else review.state
    return REFUSED if fail_on != "never" and worst.rank >= State(fail_on).rank else 0
