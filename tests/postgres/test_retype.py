"""What a change of type does, against what servers were seen to do."""

from __future__ import annotations

import pytest

from schemactl_postgres.ddl.retype import family, retype


@pytest.mark.parametrize(
    ("before", "after", "lossless", "free"),
    [
        ("character varying(10)", "character varying(20)", True, True),
        ("character varying(20)", "character varying(10)", False, False),
        ("character varying(20)", "character varying", True, True),
        ("character varying", "character varying(20)", False, False),
        ("character varying(20)", "text", True, True),
        ("text", "character varying", True, True),
        ("text", "character varying(20)", False, False),
        ("character(3)", "character(5)", True, False),
        ("numeric(10,2)", "numeric(12,2)", True, True),
        ("numeric(10,2)", "numeric(10,4)", False, False),
        ("numeric(10,2)", "numeric", True, True),
        ("numeric", "numeric(10,2)", False, False),
        ("timestamp(3) without time zone", "timestamp(6) without time zone", True, True),
        ("timestamp(3) without time zone", "timestamp without time zone", True, True),
        ("timestamp without time zone", "timestamp(3) without time zone", False, False),
        ("integer", "bigint", True, False),
        ("bigint", "integer", False, False),
        ("integer", "text", True, False),
        ("text", "integer", False, False),
        ("character varying(10)[]", "character varying(20)[]", True, False),
        ("integer", "integer[]", False, False),
        ("cidr", "inet", True, True),
        ("bit(8)", "bit varying", True, True),
        ("bit(8)", "bit varying(4)", False, False),
        ("text", "public.citext", False, True),
        ("text", "public.citext[]", False, False),
        ("public.citext", "text", True, True),
        ("public.mood", "text", True, False),
        ("text", "public.mood", False, False),
        ("public.mood", "public.humour", False, False),
        ("date", "timestamp without time zone", True, False),
        ("timestamp with time zone", "date", False, False),
    ],
)
def test_retype(before: str, after: str, lossless: bool, free: bool) -> None:
    judged = retype(before, after)
    assert (judged.lossless, judged.free) == (lossless, free)


def test_a_cast_is_spelled_out_only_between_families() -> None:
    assert not retype("integer", "bigint").using
    assert not retype("character varying(10)", "text").using
    assert retype("text", "integer").using
    assert retype("text", "text[]").using


def test_families_share_operators() -> None:
    assert family("character varying(10)") == family("text")
    assert family("smallint") == family("numeric(10,2)")
    assert family("text") != family("text[]")
    assert family("text") != family("public.mood")
