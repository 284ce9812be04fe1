"""The case of names, as lower_case_table_names has it: read alike by a server that runs with it (MariaDB 11.8)."""

from __future__ import annotations

import pytest

from schemactl.dialect import SourceText
from schemactl.errors import MissingObjectError
from schemactl.model import Desired, ForeignKey, Kind
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.options import Surroundings
from schemactl_mysql.read import read
from schemactl_mysql.read.scanner import Lexical
from schemactl_mysql.respell import respelled

TEXT = """
CREATE TABLE Users (Id int PRIMARY KEY, boss int, FOREIGN KEY (boss) REFERENCES USERS (ID));
ALTER TABLE users ADD COLUMN Name varchar(10);
CREATE VIEW V_Users AS SELECT Id FROM Users;
CREATE TRIGGER Tr BEFORE INSERT ON UsErS FOR EACH ROW SET NEW.Name = 'x';
"""
FLAVOUR = Flavour(mariadb=True, version=(11, 8, 6))


def _read(case: int, text: str = TEXT) -> Desired:
    source = SourceText(name="a.sql", text=text)
    return read([source], default_schema="d", lexical=Lexical(flavour=FLAVOUR), lower_case_table_names=case)


def test_names_are_as_they_are_where_case_counts() -> None:
    with pytest.raises(MissingObjectError, match=r"d\.users"):
        _read(0)


@pytest.mark.parametrize(("case", "table", "view"), [(1, "users", "v_users"), (2, "Users", "V_Users")])
def test_names_are_one_in_any_case(case: int, table: str, view: str) -> None:
    catalog = _read(case).catalog
    found = catalog.table("d", table)
    assert found is not None
    assert [c.name for c in found.columns] == ["Id", "boss", "Name"]
    [key] = [c for c in found.constraints if isinstance(c, ForeignKey)]
    assert key.references == found.key
    assert key.referenced_columns == ("Id",)
    assert [(o.key.kind, o.key.table, o.key.name) for o in catalog.objects if o.key != found.key] == [
        (Kind.TRIGGER, table, "Tr"),
        (Kind.VIEW, "", view),
    ]


def test_tables_are_spelled_as_the_server_keeps_them() -> None:
    around = Surroundings(
        flavour=FLAVOUR,
        database="d",
        engine="InnoDB",
        engines=frozenset(),
        charset_of={},
        collation_of={},
        lower_case_table_names=2,
    )
    live = _read(2, TEXT.replace("Users", "uSers").replace("USERS", "uSers")).catalog
    wanted = respelled(_read(2), type(live)(objects=live.objects, surroundings=around))
    assert [o.key for o in wanted.catalog.objects] == [o.key for o in live.objects]
    assert wanted.renames == {}
