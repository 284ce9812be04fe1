"""Facts about what a database holds, and how two bags of them are compared."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple


class Fact(NamedTuple):
    kind: str
    object: str
    name: str | None
    """The name of what the server would have named had the user not; no other names are here."""
    fact: str

    def __str__(self) -> str:
        return f"{self.kind} {self.object} {self.name or ''} {self.fact}"

    @property
    def is_made_up(self) -> bool:
        """Whether the server made up the name of a NOT NULL, by what else there was and whose it was at the time."""
        return '"definition": "NOT NULL ' in self.fact and re.search(r"_not_null\d*$", self.name or "") is not None

    def is_named_in(self, text: str) -> bool:
        """Whether an SQL text states the name."""
        return self.name is None or re.search(rf"(?<![\w$]){re.escape(self.name)}(?![\w$])", text) is not None


def difference(got: Sequence[Fact], want: Sequence[Fact], desired: str | None) -> str:
    """How `got` differs from `want`, as a diff; empty if it does not.

    A name that the desired text does not state is the server's choice, and may be any; without a text, all must agree.
    """
    more = Counter(got) - Counter(want)
    less = Counter(want) - Counter(got)
    for fact in list(less.elements()):
        if not fact.is_made_up if desired is None else fact.is_named_in(desired):
            continue
        for other in more:
            if more[other] > 0 and other._replace(name=fact.name) == fact:
                more[other] -= 1
                less[fact] -= 1
                break
    lines = difflib.unified_diff(
        [f"{fact}\n" for fact in less.elements()], [f"{fact}\n" for fact in more.elements()], "desired", "actual", n=0
    )
    return "".join(lines)
