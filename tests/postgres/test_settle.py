"""What the desired text leaves to the server, settled by what is live."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import make_url

from schemactl.dialect import SourceText
from schemactl.diff import adopt_names
from schemactl.errors import Place, UnknownTypeError
from schemactl.model import (
    Catalog,
    Column,
    DataType,
    Desired,
    Enum,
    Expression,
    Extension,
    Index,
    IndexPart,
    Kind,
    ObjectKey,
    SchemaObject,
    Sequence,
    SequenceOptions,
    Table,
)
from schemactl_postgres import PostgresDialect
from schemactl_postgres.canonical import canonicalise
from schemactl_postgres.options import PartOptions
from schemactl_postgres.settle import settle
from tests.support.servers import Database


def open_type(text: str, name: str) -> DataType:
    return DataType(text=text, uses=ObjectKey(kind=Kind.TYPE, name=name))


def table(*columns: Column, indexes: tuple[Index, ...] = ()) -> Table:
    return Table(schema="public", name="t", columns=columns, indexes=indexes)


def settled(desired: list[SchemaObject], actual: Catalog) -> Catalog:
    catalog = canonicalise(Catalog(objects=tuple(desired)))
    place = Place(file="a.sql", line=3, column=5)
    places = {ObjectKey(kind=Kind.COLUMN, schema="public", table="t", name="a"): place}
    return settle(Desired(catalog=catalog, places=places), canonicalise(actual))


@pytest.mark.parametrize(
    ("text", "name", "becomes"),
    [
        ("citext", "citext", "public.citext"),
        ("vector(3)", "vector", "ext.vector(3)"),
        ("vector(3)[]", "vector", "ext.vector(3)[]"),
        ('"My T"[]', "My T", 'ext."My T"[]'),
        ("twice", "twice", "public.twice"),
    ],
)
def test_a_type_without_its_schema(text: str, name: str, becomes: str) -> None:
    known = frozenset({("public", "citext"), ("ext", "vector"), ("ext", "My T"), ("public", "twice"), ("ext", "twice")})
    found = settled([table(Column(name="a", type=open_type(text, name)))], Catalog(known_types=known)).tables()[0]
    assert found.columns[0].type.text == becomes
    assert found.columns[0].type.uses is not None
    assert found.columns[0].type.uses.schema == becomes.split(".")[0]


def test_a_literal_takes_part() -> None:
    known = frozenset({("ext", "citext")})
    default = Expression(text="'x'::citext")
    live = table(Column(name="a", type=DataType(text="ext.citext"), default=Expression(text="'x'::ext.citext")))
    desired = table(Column(name="a", type=open_type("citext", "citext"), default=default))
    found = settled([desired], Catalog(objects=(live,), known_types=known))
    assert found.objects == canonicalise(Catalog(objects=(live,))).objects


def test_a_type_that_nobody_knows() -> None:
    with pytest.raises(UnknownTypeError, match=r"the type txet of column public\.t\.a is not known") as raised:
        settled([table(Column(name="a", type=open_type("txet", "txet")))], Catalog())
    assert str(raised.value.place) == "a.sql:3:5"


def test_a_type_in_two_schemas() -> None:
    known = frozenset({("a", "kind"), ("b", "kind")})
    with pytest.raises(UnknownTypeError, match="more than one schema: a, b"):
        settled([table(Column(name="a", type=open_type("kind", "kind")))], Catalog(known_types=known))


def test_a_type_that_a_new_extension_may_bring() -> None:
    column = Column(name="a", type=open_type("citext", "citext"))
    found = settled([Extension(name="citext"), table(column)], Catalog())
    assert found.tables()[0].columns[0].type.text == "citext"


def test_what_an_extension_leaves_open() -> None:
    live = Catalog(objects=(Extension(name="citext", schema="ext", version="1.6"),))
    assert settled([Extension(name="citext")], live).objects == live.objects
    assert settled([Extension(name="citext", version="1.5")], live).objects == (
        Extension(name="citext", schema="ext", version="1.5"),
    )


def test_an_operator_class_takes_the_live_ones_schema() -> None:
    def indexed(opclass: str) -> Table:
        part = IndexPart(column="a", options=PartOptions(opclass=opclass))
        return table(
            Column(name="a", type=DataType(text="text")), indexes=(Index(name="i", parts=(part,), method="gin"),)
        )

    live = Catalog(objects=(indexed("ext.gin_trgm_ops"),))
    assert settled([indexed("gin_trgm_ops")], live).objects == live.objects
    assert settled([indexed("other.gin_trgm_ops")], live).objects != live.objects


OPTIONS = SequenceOptions(start=1, increment=1, minimum=1, maximum=2**31 - 1)


def serial(sequence: str, *, generated: bool) -> list[SchemaObject]:
    owner = ObjectKey(kind=Kind.COLUMN, schema="public", table="t", name="a")
    made = Sequence(
        schema="public",
        name=sequence,
        type=DataType(text="integer"),
        options=OPTIONS,
        owned_by=owner,
        generated_name=generated,
    )
    text = sequence.replace("'", "''")
    default = Expression(text=f"nextval('public.\"{text}\"'::regclass)", uses=(made.key,))
    return [made, table(Column(name="a", type=DataType(text="integer"), nullable=False, default=default))]


def test_a_serial_whose_sequence_has_another_name() -> None:
    live = canonicalise(Catalog(objects=tuple(serial("It's old", generated=False))))
    found = settled(serial("t_a_seq", generated=True), live)
    assert found.objects == live.objects
    default = found.tables()[0].columns[0].default
    assert default is not None
    assert default.text == "nextval('public.\"It''s old\"'::regclass)"
    assert default.uses == (live.objects[0].key,)


def test_a_sequence_with_a_name_of_its_own_keeps_it() -> None:
    live = canonicalise(Catalog(objects=tuple(serial("old", generated=False))))
    assert settled(serial("t_a_seq", generated=False), live).objects != live.objects


def test_an_enum_of_the_desired_schema_wins() -> None:
    enum = Enum(schema="public", name="mood", values=("ok",))
    known = frozenset({("ext", "mood")})
    found = settled([enum, table(Column(name="a", type=open_type("mood", "mood")))], Catalog(known_types=known))
    assert found.tables()[0].columns[0].type.text == "public.mood"


def test_against_a_server(postgres_database: Database) -> None:
    script = """
        CREATE EXTENSION citext; CREATE EXTENSION pg_trgm SCHEMA ext; CREATE TYPE mood AS ENUM ('ok');
        CREATE TABLE old (id serial, a citext DEFAULT 'x', b citext[] DEFAULT '{}', c text, d mood DEFAULT 'ok'::mood);
        CREATE INDEX i ON old USING gin (c gin_trgm_ops);
    """
    postgres_database.execute(
        "CREATE SCHEMA ext; SET search_path = public, ext;" + script + "ALTER TABLE old RENAME TO t"
    )
    dialect = PostgresDialect()
    with dialect.engine(make_url(postgres_database.url), application_name="tests").connect() as connection:
        actual = dialect.inspect(connection, schemas=["public", "ext"])
    text = script.replace(" old ", " t ")
    desired = settle(dialect.read([SourceText(name="a.sql", text=text)], default_schema="public"), actual)
    desired = adopt_names(desired, actual)  # the NOT NULL has kept the table's old name
    assert [o for o in desired.objects if actual.get(o.key) != o] == []
