"""Policies and privileges in the desired text: what is read, and what is refused where."""

from __future__ import annotations

import pytest

from schemactl.dialect import SourceText
from schemactl.errors import DuplicateObjectError, MissingObjectError, SourceError, SqlSyntaxError, UnsupportedError
from schemactl.model import Desired, Policy
from schemactl_postgres import PostgresDialect

T = "CREATE TABLE t (a int, b text);\n"


def script(text: str) -> Desired:
    return PostgresDialect().read([SourceText(name="schema.sql", text=text)], default_schema="public")


def policies(text: str) -> dict[str, Policy]:
    return {o.name: o for o in script(text).catalog.objects if isinstance(o, Policy)}


def test_a_policy_follows_its_table_and_columns() -> None:
    text = T + "CREATE POLICY p ON t USING (a > 0);"
    moved = policies(text + "CREATE SCHEMA s; ALTER TABLE t SET SCHEMA s; ALTER TABLE s.t RENAME a TO c;")["p"]
    assert (moved.schema, moved.table) == ("s", "t")
    assert moved.using is not None
    assert moved.using.text == "c > 0"
    assert policies(text + "DROP TABLE t;") == {}
    assert policies(text + "ALTER TABLE t DROP COLUMN a CASCADE;") == {}
    assert list(policies(text + "ALTER TABLE t DROP COLUMN b;")) == ["p"]


def test_roles_are_sorted_and_public_takes_all() -> None:
    found = policies(T + 'CREATE POLICY p ON t TO "Odd", x, CURRENT_ROLE, x; CREATE POLICY q ON t TO x, "public";')
    assert found["p"].roles == ('"Odd"', "CURRENT_USER", "x")
    assert found["q"].roles == ("PUBLIC",)


ERRORS: list[tuple[str, type[SourceError], str]] = [
    ("CREATE POLICY p ON t USING (a > 0)", MissingObjectError, "1:20"),
    (T + "CREATE POLICY p ON t AS LAX", SqlSyntaxError, "2:25"),
    (T + "CREATE POLICY p ON t FOR TRUNCATE", SqlSyntaxError, "2:26"),
    (T + "CREATE POLICY p ON t FOR INSERT USING (true)", SqlSyntaxError, "2:33"),
    (T + "CREATE POLICY p ON t FOR SELECT WITH CHECK (true)", SqlSyntaxError, "2:33"),
    (T + "CREATE POLICY p ON t TO none", SqlSyntaxError, "2:25"),
    (T + "CREATE POLICY p ON t USING (true) EXTRA", SqlSyntaxError, "2:35"),
    (T + "CREATE POLICY p ON t; CREATE POLICY p ON t", DuplicateObjectError, "2:37"),
    (T + "DROP POLICY p ON t", MissingObjectError, "2:13"),
    (T + "ALTER POLICY p ON t USING (true)", MissingObjectError, "2:14"),
    (T + "COMMENT ON POLICY p ON t IS 'x'", MissingObjectError, "2:19"),
    (T + "CREATE POLICY p ON t USING (a > 0); ALTER TABLE t DROP a", SqlSyntaxError, "2:56"),
    (T + "CREATE POLICY p ON t USING (a IN (SELECT 1)); ALTER TABLE t RENAME a TO c", UnsupportedError, "2:73"),
]


@pytest.mark.parametrize(("text", "cls", "at"), ERRORS)
def test_an_error_says_where(text: str, cls: type[SourceError], at: str) -> None:
    with pytest.raises(SourceError) as caught:
        script(text)
    assert type(caught.value) is cls, caught.value
    place = caught.value.place
    assert place is not None
    assert f"{place.line}:{place.column}" == at, caught.value
