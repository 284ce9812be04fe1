"""Laws of canonical text, over expressions made at random from a small grammar."""

from __future__ import annotations

import random
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from schemactl.model import Catalog, Check, Column, DataType, Expression, Table
from schemactl_postgres.canonical import canonicalise

COLUMNS = {"a": "integer", "b": "numeric(8,2)", "c": "text", "d": "character varying(9)", "e": "boolean"}
NUMBERS = st.sampled_from(["a", "b", "0", "1", "2.5", "abs(a)", "length(c)"])
TEXTS = st.sampled_from(["c", "d", "'x'", "'It''s'", "lower(c)", "coalesce(d, 'y')"])
COMPARISONS = st.sampled_from(["=", "<>", "<", ">", "<=", ">="])


def _sum(parts: tuple[str, str, str]) -> str:
    left, operator, right = parts
    return f"({left} {operator} {right})"


numbers = st.recursive(NUMBERS, lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(_sum), max_leaves=4)
tests = st.one_of(
    st.just("e"),
    st.tuples(numbers, COMPARISONS, numbers).map(" ".join),
    st.tuples(TEXTS, COMPARISONS, TEXTS).map(" ".join),
    st.tuples(TEXTS, st.sampled_from(["LIKE", "NOT LIKE", "ILIKE"]), st.just("'x%'")).map(" ".join),
    st.tuples(TEXTS, st.lists(st.sampled_from(["'x'", "'y'", "'Z'"]), min_size=1, max_size=3)).map(
        lambda parts: f"{parts[0]} IN ({', '.join(parts[1])})"
    ),
    st.tuples(numbers, numbers).map(lambda parts: f"a BETWEEN {parts[0]} AND {parts[1]}"),
    TEXTS.map(lambda text: f"{text} IS NOT NULL"),
)
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda text: f"(NOT ({text}))"),
    ),
    max_leaves=5,
)


def catalog(*texts: str) -> Catalog:
    columns = tuple(Column(name=name, type=DataType(text=kind)) for name, kind in COLUMNS.items())
    checks = tuple(Check(name=f"c{at}", expression=Expression(text=text)) for at, text in enumerate(texts))
    return Catalog(objects=(Table(schema="public", name="t", columns=columns, constraints=checks),))


def canonical(text: str) -> str:
    check = canonicalise(catalog(text)).tables()[0].constraints[0]
    assert isinstance(check, Check)
    return check.expression.canonical


def noisy(text: str, seed: int) -> str:
    """The same expression in other dress: white space, comments, key words in another case, more parentheses."""
    rng = random.Random(seed)
    words = re.findall(r"'(?:[^']|'')*'|\w+(?:\.\d+)?|[<>=]+|\S", text)
    out = []
    for word in words:
        if word[0] != "'" and rng.random() < 0.5:
            word = word.swapcase()
        if re.fullmatch(r"'.*'|[0-9.]+|[abcdeABCDE]", word) and rng.random() < 0.3:
            word = f"({word})"
        out.append(word)
    spaces = [rng.choice([" ", "  ", "\n\t", " /* so */ "]) for _ in out]
    return "((" + "".join(space + word for space, word in zip(spaces, out, strict=True)) + "))"


@settings(max_examples=150, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=4))
def test_canonicalising_twice_is_canonicalising_once(texts: list[str]) -> None:
    once = canonicalise(catalog(*texts))
    assert canonicalise(once) == once


@settings(max_examples=200, deadline=None)
@given(conditions, st.integers(0, 2**32))
def test_formatting_does_not_count(text: str, seed: int) -> None:
    assert canonical(noisy(text, seed)) == canonical(text)


@settings(max_examples=200, deadline=None)
@given(conditions)
def test_everything_of_the_grammar_is_understood(text: str) -> None:
    assert not canonical(text).startswith("unparsed")


@settings(max_examples=200, deadline=None)
@given(conditions, st.data())
def test_another_operator_or_literal_is_another_expression(text: str, data: st.DataObject) -> None:
    others = {"=": "<>", "<": ">=", ">": "<=", "AND": "OR", "LIKE": "ILIKE", "+": "-", "'x'": "'w'", "2.5": "2.75"}
    places = [m for m in re.finditer(r"(?<![\w<>])(=|<|>|AND|LIKE|\+|'x'|2\.5)(?![\w<>=])", text)]
    places = [m for m in places if not (m.group() == "AND" and "BETWEEN" in text) and text[m.start() - 1] != "I"]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    changed = text[: place.start()] + others[place.group()] + text[place.end() :]
    assert canonical(changed) != canonical(text)
