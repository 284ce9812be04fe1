"""Texts that many plans share are read once, and an error in them is everybody's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest

from schemactl.dialect import SourceText, find
from schemactl.engine import Readings
from schemactl.errors import SqlSyntaxError

GOOD = SourceText(name="a.sql", text="CREATE TABLE t (a int);")
BAD = SourceText(name="a.sql", text="CREATE TABLE t (a int;")


def test_the_same_is_read_once_and_something_else_is_not_it() -> None:
    postgres, readings = find("postgresql"), Readings()
    with patch.object(type(postgres), "read", autospec=True, side_effect=type(postgres).read) as read:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: readings.read(postgres, [GOOD], "public"), range(8)))
        assert read.call_count == 1 and all(it is found[0] for it in found)
        assert readings.read(postgres, [GOOD], "app") is not found[0]
        assert readings.read(postgres, [GOOD, GOOD.__class__(name="b.sql", text="")], "public") is not found[0]
        assert read.call_count == 3


def test_an_error_is_everybodys() -> None:
    readings = Readings()
    for _ in range(2):
        with pytest.raises(SqlSyntaxError):
            readings.read(find("postgresql"), [BAD], "public")
