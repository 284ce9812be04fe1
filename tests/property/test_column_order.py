"""Laws of the places of columns."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from schemactl.diff.order import places

NAMES = st.permutations(list("abcdefg")).flatmap(lambda names: st.integers(0, 7).map(lambda n: names[:n]))


@given(NAMES, NAMES)
def test_places_lead_to_the_desired_order_with_the_fewest_moves(old: list[str], new: list[str]) -> None:
    moved = dict(places(old, new))
    found = [c for c in old if c in new]
    kept = list(found)
    added = [c for c in new if c not in old]
    for name, before in moved.items():
        if name in found:
            found.remove(name)
        found.insert(found.index(before) + 1 if before else 0, name)
    found += [c for c in added if c not in moved]
    assert found == new
    longest = max(
        n for n in range(len(kept) + 1) if any(sorted(c, key=new.index) == [*c] for c in combinations(kept, n))
    )
    assert len([c for c in moved if c in kept]) == len(kept) - longest
