"""Quoting, and the little that is decided about expressions by looking at them."""

from __future__ import annotations

import pytest

from schemactl_postgres.sql import is_plain_term, literal, parenthesised, quoted


@pytest.mark.parametrize(
    ("name", "sql"),
    [("users", "users"), ("Users", '"Users"'), ("order", '"order"'), ('a"b', '"a""b"'), ("1a", '"1a"'), ("é", '"é"')],
)
def test_quoted(name: str, sql: str) -> None:
    assert quoted(name) == sql


@pytest.mark.parametrize(("text", "sql"), [("it's", "'it''s'"), ("a\\b'", " E'a\\\\b'''")])
def test_literal(text: str, sql: str) -> None:
    assert literal(text) == sql


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("a > 0", "(a > 0)"),
        ("(a > 0)", "(a > 0)"),
        ("(a) > (b)", "((a) > (b))"),
        ("(a = ')')", "(a = ')')"),
        ("(a = '(') OR (b = ')')", "((a = '(') OR (b = ')'))"),
        (r"(a = E'\'') OR (b = '')", r"((a = E'\'') OR (b = ''))"),
        ("(a) -- )", "((a) -- ))"),
    ],
)
def test_parenthesised(text: str, sql: str) -> None:
    assert parenthesised(text) == sql


@pytest.mark.parametrize("text", ["0", "-1.5", "'a b'", "now()", "nextval('s'::regclass)", "ARRAY[1, 2]", "a.f(1, 2)"])
def test_plain_terms(text: str) -> None:
    assert is_plain_term(text)


@pytest.mark.parametrize("text", ["1 + 2", "a || b", "'x'::character varying", r"E'\'' COLLATE x'", "$$a$$"])
def test_terms_that_need_parentheses(text: str) -> None:
    assert not is_plain_term(text)
