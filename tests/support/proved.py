"""What came of the proofs of a run with `--prove`, in a few lines: how many, how long, and why not."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from schemactl.plan.document import Proof, Verdict


def summary(reports: Iterable[object]) -> Iterator[str]:
    """Nothing where no report carries a proof."""
    proofs = [
        msgspec.convert(value, Proof)
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in getattr(report, "user_properties", ())
        if name == "proof"
    ]
    if not proofs:
        return
    counts = Counter(proof.verdict for proof in proofs)
    seconds = [proof.seconds for proof in proofs if proof.verdict is Verdict.PROVED]
    yield f"{len(proofs)} plans: " + ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict)
    if seconds:
        yield f"a proof took {statistics.median(seconds):.2f} s in the median, {max(seconds):.2f} s at most"
    for why, count in Counter(proof.why for proof in proofs if proof.verdict is not Verdict.PROVED).most_common():
        yield f"{count:5}  {why}"
