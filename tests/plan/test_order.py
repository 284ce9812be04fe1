"""The order of steps: laws over random graphs, and the cases a planner meets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemactl.errors import ImpossibleError
from schemactl.model import Kind, ObjectKey
from schemactl.plan import ordered
from schemactl.steps import Step


def key(name: str) -> ObjectKey:
    return ObjectKey(kind=Kind.TABLE, schema="public", name=name)


def step(
    sql: str,
    *,
    creates: str = "",
    destroys: str = "",
    needs: str = "",
    frees: str = "",
    follows: str = "",
    prefers: str = "",
    rank: int = 50,
) -> Step:
    """Keys by one letter each."""
    return Step(
        sql=sql,
        key=key(sql),
        action="alter",
        reason="",
        creates=frozenset(map(key, creates)),
        destroys=frozenset(map(key, destroys)),
        needs=frozenset(map(key, needs)),
        frees=frozenset(map(key, frees)),
        follows=frozenset(map(key, follows)),
        prefers=frozenset(map(key, prefers)),
        rank=rank,
    )


def order(*steps: Step) -> list[str]:
    return [s.sql for s in ordered(steps)]


def test_what_is_needed_comes_first() -> None:
    assert order(step("use", needs="a"), step("make", creates="a")) == ["make", "use"]


def test_what_rests_on_a_thing_goes_before_it() -> None:
    assert order(step("drop a", destroys="a"), step("let go", frees="a")) == ["let go", "drop a"]


def test_a_thing_is_destroyed_before_it_is_made_anew() -> None:
    assert order(step("make", creates="a"), step("drop", destroys="a")) == ["drop", "make"]


def test_a_follower_waits_for_what_goes_and_not_for_what_comes_back() -> None:
    again = step("make", creates="a", needs="b")
    assert order(again, step("then", follows="a", creates="b"), step("drop", destroys="a")) == ["drop", "then", "make"]


def test_rank_then_given_order_settle_the_rest() -> None:
    assert order(step("b", rank=2), step("c", rank=2), step("a", rank=1)) == ["a", "b", "c"]


def test_what_is_preferred_comes_first_unless_that_closes_a_circle() -> None:
    late = step("late", creates="a", rank=9)
    assert order(step("first", prefers="a", rank=1), late) == ["late", "first"]
    assert order(step("first", creates="b", prefers="a"), step("late", creates="a", needs="b")) == ["first", "late"]
    both = (step("x", creates="a", prefers="b", rank=2), step("y", creates="b", prefers="a", rank=1))
    assert sorted(order(*both)) == ["x", "y"]


def test_a_circle_is_named() -> None:
    with pytest.raises(ImpossibleError, match=r"public\.x.*public\.y"):
        order(step("x", creates="a", needs="b"), step("y", creates="b", needs="a"))


_LETTERS = st.text("abcdefgh", max_size=3)


@st.composite
def acyclic_steps(draw: st.DrawFn) -> list[Step]:
    """Steps where each needs only what earlier letters make, shuffled."""
    steps = []
    for position, letter in enumerate("abcdefgh"):
        needs = "".join(c for c in draw(_LETTERS) if "abcdefgh".index(c) < position)
        makes = step(
            f"make {letter}", creates=letter, needs=needs, prefers=draw(_LETTERS), rank=draw(st.integers(0, 9))
        )
        steps.append(makes)
        steps.append(step(f"drop {letter}", destroys=letter.upper(), frees=needs.upper(), rank=draw(st.integers(0, 9))))
    return draw(st.permutations(steps))


@given(acyclic_steps())
def test_every_step_comes_after_what_it_depends_on(steps: list[Step]) -> None:
    result = ordered(steps)
    assert sorted(s.sql for s in result) == sorted(s.sql for s in steps)
    at = {s.sql: n for n, s in enumerate(result)}
    for one in result:
        for needed in one.needs:
            assert at[f"make {needed.name}"] < at[one.sql]
        for freed in one.frees:
            assert at[one.sql] < at[f"drop {freed.name.lower()}"]
