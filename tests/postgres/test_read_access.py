"""Policies and privileges in the desired text: what is read, and what is refused where."""

from __future__ import annotations

import pytest

from schemactl.dialect import SourceText
from schemactl.errors import DuplicateObjectError, MissingObjectError, SourceError, SqlSyntaxError, UnsupportedError
from schemactl.model import Desired, Policy, Privileges
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


def granted(text: str) -> dict[str, list[str]]:
    """`a, b(col)*`: what is granted, by grantee and target; the star is for the grant option."""
    return {
        f"{o.grantee} {o.target.path}": [
            g.privilege + (f"({g.column})" if g.column else "") + "*" * g.grantable for g in o.grants
        ]
        for o in script(text).catalog.objects
        if isinstance(o, Privileges)
    }


def test_grants_follow_names_and_go_with_what_they_are_on() -> None:
    text = T + "GRANT SELECT (a), UPDATE ON t TO x;"
    moved = text + "CREATE SCHEMA s; ALTER TABLE t SET SCHEMA s; ALTER TABLE s.t RENAME a TO c;"
    assert granted(moved) == {"x s.t": ["SELECT(c)", "UPDATE"]}
    assert granted(text + "DROP TABLE t; CREATE TABLE t (a int);") == {}
    serial = "CREATE TABLE u (id serial, n int GENERATED ALWAYS AS IDENTITY); GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO x;"
    assert granted(serial) == {"x public.u_id_seq": ["USAGE"], "x public.u_n_seq": ["USAGE"]}
    assert granted(serial + "CREATE SCHEMA s; ALTER TABLE u SET SCHEMA s;") == {
        "x s.u_id_seq": ["USAGE"],
        "x s.u_n_seq": ["USAGE"],
    }


def test_grants_add_up_and_revocations_take_away() -> None:
    assert granted(
        T
        + """
        GRANT SELECT, INSERT (a, b), UPDATE ON t TO x, y WITH GRANT OPTION;
        GRANT SELECT ON t TO x;
        REVOKE GRANT OPTION FOR UPDATE ON t FROM x;
        REVOKE INSERT ON TABLE t FROM y;
        REVOKE INSERT (a) ON TABLE t FROM x CASCADE;
        REVOKE TRUNCATE ON t FROM z;
        """
    ) == {"x public.t": ["INSERT(b)*", "SELECT*", "UPDATE"], "y public.t": ["SELECT*", "UPDATE*"], "z public.t": []}


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
    ("GRANT SELECT ON t TO x", MissingObjectError, "1:17"),
    ("GRANT EXECUTE ON FUNCTION f(int) TO x", MissingObjectError, "1:27"),
    ("GRANT USAGE ON TYPE app.mood TO x", MissingObjectError, "1:25"),
    (T + "GRANT SELECT (a, c) ON t TO x", MissingObjectError, "2:7"),
    (T + "GRANT SELCT ON t TO x", SqlSyntaxError, "2:7"),
    (T + "GRANT USAGE ON t TO x", SqlSyntaxError, "2:7"),
    (T + "GRANT DELETE (a) ON t TO x", SqlSyntaxError, "2:7"),
    (T + "GRANT SELECT ON SCHEMA public TO x", SqlSyntaxError, "2:7"),
    (T + "GRANT SELECT ON t FROM x", SqlSyntaxError, "2:19"),
    (T + "REVOKE SELECT ON t FROM x WITH GRANT OPTION", SqlSyntaxError, "2:27"),
    (T + "GRANT ALL ON ALL VIEWS IN SCHEMA public TO x", SqlSyntaxError, "2:18"),
    ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON VIEWS TO x", SqlSyntaxError, "1:42"),
    ("ALTER DEFAULT PRIVILEGES FOR ROLE public GRANT SELECT ON TABLES TO x", SqlSyntaxError, "1:35"),
    ("ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON TABLES TO x", SqlSyntaxError, "1:32"),
]


@pytest.mark.parametrize(("text", "cls", "at"), ERRORS)
def test_an_error_says_where(text: str, cls: type[SourceError], at: str) -> None:
    with pytest.raises(SourceError) as caught:
        script(text)
    assert type(caught.value) is cls, caught.value
    place = caught.value.place
    assert place is not None
    assert f"{place.line}:{place.column}" == at, caught.value


NAMED: list[tuple[str, str]] = [
    ("CREATE USER MAPPING FOR bob SERVER s OPTIONS (password 'hunter2')", "a user mapping: bob ON s"),
    ("CREATE SUBSCRIPTION sub CONNECTION 'password=hunter2' PUBLICATION p", "a subscription: sub"),
    ("CREATE USER u PASSWORD 'hunter2'", "a role: u"),
    ("ALTER SYSTEM SET a = 1", "a server setting"),
    ("SECURITY LABEL ON TABLE t IS 'x'", "a security label"),
    ("GRANT a, b TO c WITH ADMIN OPTION", "membership in a role"),
    ("REVOKE ADMIN OPTION FOR a FROM b", "membership in a role"),
    ("GRANT CONNECT ON DATABASE d TO x", "privileges on a database"),
    ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON LARGE OBJECTS TO x", "default privileges on large objects"),
    (T + "GRANT SELECT ON t TO x GRANTED BY y", "a grant by another role than the owner"),
]


@pytest.mark.parametrize(("text", "message"), NAMED)
def test_what_is_not_managed_is_refused_by_name(text: str, message: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        script(text)
    assert caught.value.message == message
    assert caught.value.place is not None
    assert "hunter2" not in caught.value.place.excerpt
