"""Approvals written into manifests: whoever merges them approves these very plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from schemactl.cli.manifests import Pair
from schemactl.cli.reviewing import ruling
from schemactl.cli.run import current
from schemactl.cli.writing import write
from schemactl.errors import NotApprovedError, PlatformError, StalePlanError, UsageError
from schemactl.policy.policy import digest
from schemactl.resource import APPROVED_PLAN, annotated
from schemactl.review.model import Basis, Review, Reviewed, State

if TYPE_CHECKING:
    from schemactl.review.platforms.find import Change

ALL = "all"


def approve(review: Review, pairs: Sequence[Pair], digests: Sequence[str]) -> tuple[Review, list[str]]:
    """The review as it is with the approvals, and the files that they were written into: all of them, or none.

    A digest is of a plan, or of the review: then each plan that waits is meant, as by `all`. Raises StalePlanError where
    there is no such plan, UsageError for one that is not from a live database, and ManifestError.
    """
    wanted = {it if it == ALL else digest(it) for it in digests}
    every = bool(wanted & {ALL, review.digest})
    found = {it.plan.digest for it in review.targets if it.plan is not None and not it.plan.is_empty}
    if missing := sorted(wanted - {ALL, review.digest} - found):
        raise StalePlanError(
            f"no plan has the digest sha256:{missing[0]}: the database, or the schema, is not what it was",
            hint="nothing was written: read the review again",
        )
    texts: dict[Path, str] = {}
    targets = [_approved(it, pair, wanted, texts, every=every) for it, pair in zip(review.targets, pairs, strict=True)]
    for file, text in texts.items():
        write(file, text.encode())
    return replace(review, targets=tuple(targets)), [str(file) for file in texts]


def _approved(it: Reviewed, pair: Pair, wanted: set[str], texts: dict[Path, str], *, every: bool) -> Reviewed:
    """The target with its approval, where it waits for one; the text of its manifest goes into `texts`."""
    plan, ruled = it.plan, it.ruling
    if plan is None or ruled is None or pair.after is None or not (every or plan.digest in wanted):
        return it
    if it.basis is Basis.BASE and ruled.waits:
        raise UsageError(
            f"{it.name} was planned from the base of the change: an approval is of the plan from the live database",
            hint="nothing was written: review it where its database is reached",
        )
    if not ruled.waits or ruled.approved:
        return it
    file = Path(pair.after.entry.file)
    text = texts.get(file) or file.read_bytes().decode()
    texts[file] = annotated(text, str(file), it.name, APPROVED_PLAN, f"sha256:{plan.digest}")
    policy, ruled = ruling(plan, pair.after, it.basis, approved=True)
    return replace(it, policy=policy, ruling=ruled)


def with_approvals(
    review: Review,
    pairs: Sequence[Pair],
    digests: Sequence[str],
    change: Change | None,
    label: str | None,
    *,
    approval: bool,
) -> Review:
    """The review once the manifests say that the plans with these digests are approved. All are written, or none."""
    waits = review.state in (State.APPROVAL, State.REFUSED, State.FAILED)
    if waits and (label or approval) and not is_approved(review, change, label, approval=approval):
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


def is_approved(review: Review, change: Change | None, label: str | None, *, approval: bool) -> bool:
    """Whether somebody has said yes, in one of the ways that count, to what needs it."""
    if review.state is not State.APPROVAL or change is None or not (label or approval):
        return False
    try:
        standing = change.platform.standing()
    except PlatformError as error:
        run = current()
        run.note(f"warning: whether there is an approval is not known: {run.redact(error.message)} ({error.hint})")
        return False
    return (label in standing.labels) or (approval and bool(standing.approvers) and standing.head == review.commit)
