"""The one comment of a review: found by a mark that nobody sees, edited where it says something new, never by an older run.

Nothing is sent where nothing is new: the mark holds what was looked at and what came of it, so that one read is enough.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from schemactl.review.comment import title
from schemactl.review.model import Review, State
from schemactl.review.platforms import Outcome, Platform, Remark

_MARK = re.compile(r"<!-- schemactl:review (?P<fields>[^\n>]*) -->\n?")
_FIELD = re.compile(r"([a-z]+)=(\S*)")
_NAME = re.compile(r"[^A-Za-z0-9._/-]+")

_OUTCOMES = {
    State.CLEAN: Outcome.SUCCESS,
    State.LEFT: Outcome.SUCCESS,
    State.CHANGES: Outcome.SUCCESS,
    State.WARNS: Outcome.SUCCESS,
    State.APPROVAL: Outcome.PENDING,
    State.REFUSED: Outcome.FAILURE,
    State.FAILED: Outcome.FAILURE,
}


class Posted(StrEnum):
    """What became of the comment."""

    CREATED = "created"
    UPDATED = "updated"
    SAME = "is up to date"
    NONE = "not needed"
    OVERTAKEN = "left alone: a newer commit or run is there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What the hidden first line of a comment says. `run` grows from run to run of the pipeline."""

    name: str
    commit: str
    run: int
    digest: str
    outcome: str

    def __str__(self) -> str:
        said = f"name={self.name} commit={self.commit} run={self.run} outcome={self.outcome} digest={self.digest}"
        return f"<!-- schemactl:review {said} -->\n"

    @classmethod
    def of(cls, body: str) -> Mark | None:
        """That of a comment, if it has one."""
        found = _MARK.match(body)
        if found is None:
            return None
        said = dict(_FIELD.findall(found["fields"]))
        run = said.get("run", "")
        return cls(
            name=said.get("name", ""),
            commit=said.get("commit", ""),
            run=int(run) if run.isdigit() else 0,
            digest=said.get("digest", ""),
            outcome=said.get("outcome", ""),
        )


def post(platform: Platform, review: Review, body: str, *, run: int, outcome: Outcome | None = None) -> Posted:
    """Bring the comment and the status of the commit up to date. Raises PlatformError.

    `outcome` is the status, by default that of the review. A clean review has no comment, unless there was something to say before.
    """
    outcome = outcome or _OUTCOMES[review.state]
    mark = Mark(name=_named(review.name), commit=review.commit, run=run, digest=review.digest, outcome=outcome.value)
    mine = _mine(platform, mark.name)
    # Who wrote it is not asked where it says what this run would.
    there = Mark.of(mine[0].body) if len(mine) == 1 else None
    if there is not None and _is_same(there, mark) and _unmarked(mine[0].body) == _normal(body):
        return Posted.SAME
    mine = _ours(platform, mine)
    newest = Mark.of(mine[-1].body) if mine else None
    if newest is not None and newest.commit == mark.commit and newest.run > run:
        return Posted.OVERTAKEN
    if review.commit and platform.standing().head != review.commit:
        return Posted.OVERTAKEN
    posted = _written(platform, mine, f"{mark}{body}", clean=review.state is State.CLEAN)
    if review.commit:
        platform.status(review.commit, outcome, f"schemactl/{mark.name}", _described(review, outcome))
    return posted


def _described(review: Review, outcome: Outcome) -> str:
    """What stands beside the status. A label lets a change be merged; what a cluster waits for is the approval of a plan."""
    said = title(review)
    if review.state is not State.APPROVAL or outcome is not Outcome.SUCCESS:
        return said
    waiting = sum(it.ruling is not None for it in review.of(State.APPROVAL))
    return f"{said}; approved here" + (f", {waiting} will wait in the cluster" if waiting else "")


def shown(platform: Platform, name: str) -> Mark | None:
    """The mark of the comment that people read, by the name of the review; None where there is none. Raises PlatformError."""
    mine = _ours(platform, _mine(platform, _named(name)), unknown=False)
    return Mark.of(mine[-1].body) if mine else None


def _mine(platform: Platform, name: str) -> list[Remark]:
    return [it for page in platform.remarks() for it in page if _is_of(it, name)]


def _ours(platform: Platform, mine: list[Remark], *, unknown: bool = True) -> list[Remark]:
    """Without those of strangers, who can copy a mark. Where the platform does not say who we are, all or none."""
    me = platform.user() if mine else ""
    return [it for it in mine if (it.author == me if me else unknown)]


def _named(name: str) -> str:
    return _NAME.sub("-", name)


def _written(platform: Platform, mine: list[Remark], body: str, *, clean: bool) -> Posted:
    if not mine:
        if clean:
            return Posted.NONE
        platform.create(body)
        return Posted.CREATED
    # Two runs at once each made one: the oldest stays where people look for it.
    first, *others = mine
    platform.update(first.id, body)
    for it in others:
        platform.delete(it.id)
    return Posted.UPDATED


def _is_of(it: Remark, name: str) -> bool:
    mark = Mark.of(it.body)
    return mark is not None and mark.name == name


def _is_same(was: Mark, mark: Mark) -> bool:
    return (was.commit, was.digest, was.outcome) == (mark.commit, mark.digest, mark.outcome)


def _unmarked(body: str) -> str:
    return _normal(_MARK.sub("", body, count=1))


def _normal(body: str) -> str:
    """Platforms keep line ends and blanks at the end as they like."""
    return body.replace("\r\n", "\n").strip()
