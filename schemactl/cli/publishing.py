"""Where a review goes: files, the change on its platform, the runner that shows annotations, the exit code."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from schemactl.cli.reviewing import file_of
from schemactl.cli.run import current
from schemactl.cli.writing import write
from schemactl.errors import PlatformError, UsageError
from schemactl.review.model import State

if TYPE_CHECKING:
    from schemactl.review.model import Review
    from schemactl.review.platforms.find import Change

#: The exit code by the worst that is found.
REFUSED = 3


def save(review: Review, text: str, output: Path | None, artifacts: Path | None, sarif: Path | None) -> None:
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


def comment_on(review: Review, text: str, change: Change | None, run_number: int | None, *, approved: bool) -> bool:
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


def annotate(review: Review) -> None:
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
    if not plans and review.of(State.FAILED):
        raise UsageError("--sarif: no target could be planned")
    return findings.sarif(tuple(found), catalogue())


def exit_code(review: Review, fail_on: str, *, approved: bool) -> int:
    if review.of(State.FAILED):
        return 1
    worst = State.WARNS if approved else review.state
    return REFUSED if fail_on != "never" and worst.rank >= State(fail_on).rank else 0
