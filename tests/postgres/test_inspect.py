"""The inspector against real servers: every attribute of the model, everything that the model cannot hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

from schemactl.model import (
    Catalog,
    Check,
    Column,
    DataType,
    Definition,
    Enum,
    Exclusion,
    Expression,
    Extension,
    ForeignKey,
    Generated,
    Identity,
    Index,
    IndexPart,
    Kind,
    NotNull,
    ObjectKey,
    PrimaryKey,
    Publication,
    Schema,
    Sequence,
    SequenceOptions,
    Table,
    Unique,
)
from schemactl_postgres.inspect import inspect, rows
from schemactl_postgres.inspect.session import snapshot
from schemactl_postgres.options import ColumnOptions, IndexOptions, PartOptions, TableOptions
from tests.support.servers import Database


@contextmanager
def connected(database: Database, isolation_level: str | None = None) -> Iterator[Connection]:
    url = database.url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url, poolclass=NullPool)
    if isolation_level is not None:
        engine = engine.execution_options(isolation_level=isolation_level)
    with engine.connect() as connection:
        yield connection


def inspected(database: Database, sql: str, schemas: list[str] | None = None) -> Catalog:
    database.execute(sql)
    with connected(database) as connection:
        return inspect(connection, schemas=schemas)


def table_of(catalog: Catalog, name: str, schema: str = "public") -> Table:
    table = catalog.table(schema, name)
    assert table is not None
    return table


def expression(text: str) -> Expression:
    return Expression(text=text, canonical=text)


def key(kind: Kind, name: str, schema: str = "public", table: str = "") -> ObjectKey:
    return ObjectKey(kind=kind, schema=schema, table=table, name=name)


def texts(catalog: Catalog) -> set[str]:
    return {f"{unsupported.key}: {unsupported.what}" for unsupported in catalog.unsupported}


BIG = SequenceOptions(start=1, increment=1, minimum=1, maximum=2**63 - 1)


def test_an_empty_database_holds_only_public_whose_own_comment_is_none(postgres_database: Database) -> None:
    catalog = inspected(postgres_database, "")
    assert catalog.objects == (Schema(name="public"),)
    assert catalog.unsupported == ()


def test_schemas_extensions_enums_and_sequences(postgres_database: Database) -> None:
    catalog = inspected(
        postgres_database,
        """
        COMMENT ON SCHEMA public IS 'ours';
        CREATE SCHEMA "Odd one";
        CREATE EXTENSION citext SCHEMA "Odd one";
        CREATE EXTENSION pg_trgm;
        COMMENT ON EXTENSION pg_trgm IS 'why we have it';
        CREATE TYPE mood AS ENUM ('sad', 'it''s', 'Glad');
        ALTER TYPE mood ADD VALUE 'low' BEFORE 'sad';
        COMMENT ON TYPE mood IS 'how it goes';
        CREATE SEQUENCE down AS smallint INCREMENT -2 START -5 MINVALUE -100 MAXVALUE -1 CACHE 4 CYCLE;
        COMMENT ON SEQUENCE down IS 'a countdown';
        CREATE TABLE t (id serial);
        """,
    )
    found = {str(o.key): o for o in catalog.objects}
    assert found["schema Odd one"] == Schema(name="Odd one")
    assert found["schema public"] == Schema(name="public", comment="ours")
    citext, trgm = found["extension citext"], found["extension pg_trgm"]
    assert isinstance(citext, Extension) and isinstance(trgm, Extension)
    assert (citext.schema, citext.comment) == ("Odd one", "data type for case-insensitive character strings")
    assert citext.version
    assert (trgm.schema, trgm.comment) == ("public", "why we have it")
    assert found["type public.mood"] == Enum(
        schema="public", name="mood", values=("low", "sad", "it's", "Glad"), comment="how it goes"
    )
    assert found["sequence public.down"] == Sequence(
        schema="public",
        name="down",
        type=DataType(text="smallint"),
        options=SequenceOptions(start=-5, increment=-2, minimum=-100, maximum=-1, cache=4, cycle=True),
        comment="a countdown",
    )
    assert found["sequence public.t_id_seq"] == Sequence(
        schema="public",
        name="t_id_seq",
        type=DataType(text="integer"),
        options=SequenceOptions(start=1, increment=1, minimum=1, maximum=2**31 - 1),
        owned_by=key(Kind.COLUMN, "id", table="t"),
    )
    assert table_of(catalog, "t").columns == (
        Column(
            name="id",
            type=DataType(text="integer"),
            nullable=False,
            default=expression("nextval('public.t_id_seq'::regclass)"),
        ),
    )
    assert ("Odd one", "citext") in catalog.known_types
    assert ("public", "mood") not in catalog.known_types
    assert list(catalog.objects) == sorted(catalog.objects, key=lambda o: o.key)
    assert catalog.unsupported == ()


def test_columns(postgres_database: Database) -> None:
    long = "a_table_with_a_name_of_some_length_é_and_more"
    catalog = inspected(
        postgres_database,
        f"""
        CREATE SCHEMA s;
        CREATE TYPE s.mood AS ENUM ('a');
        CREATE TABLE t (
            z varchar(20) COLLATE "C" NOT NULL DEFAULT 'x%s',
            gone int,
            a s.mood[] DEFAULT '{{}}',
            n numeric(10, 2) GENERATED ALWAYS AS (1.5 * 2) STORED,
            i bigint GENERATED BY DEFAULT AS IDENTITY (START 7 CACHE 3),
            j int GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME "Jay"),
            o text COMPRESSION pglz
        );
        ALTER TABLE t DROP COLUMN gone;
        ALTER TABLE t ALTER o SET STORAGE EXTERNAL, ALTER o SET STATISTICS 500;
        COMMENT ON COLUMN t.z IS 'last';
        CREATE TABLE {long} (another_name_of_quite_some_length bigint GENERATED ALWAYS AS IDENTITY);
        """,
    )
    mood = DataType(text="s.mood[]", uses=key(Kind.TYPE, "mood", schema="s"))
    table = table_of(catalog, "t")
    assert table.columns == (
        Column(
            name="z",
            type=DataType(text="character varying(20)"),
            nullable=False,
            default=expression("'x%s'::character varying"),
            collation='"C"',
            comment="last",
        ),
        Column(name="a", type=mood, default=expression("'{}'::s.mood[]")),
        Column(
            name="n",
            type=DataType(text="numeric(10,2)"),
            generated=Generated(expression=expression("(1.5 * (2)::numeric)")),
        ),
        Column(
            name="i",
            type=DataType(text="bigint"),
            nullable=False,
            identity=Identity(
                always=False, options=SequenceOptions(start=7, increment=1, minimum=1, maximum=2**63 - 1, cache=3)
            ),
        ),
        Column(
            name="j",
            type=DataType(text="integer"),
            nullable=False,
            identity=Identity(
                always=True,
                options=SequenceOptions(start=1, increment=1, minimum=1, maximum=2**31 - 1),
                sequence="Jay",
            ),
        ),
        Column(
            name="o",
            type=DataType(text="text"),
            options=ColumnOptions(storage="EXTERNAL", compression="pglz", statistics=500),
        ),
    )
    assert table.column("a").type.uses == mood.uses  # type: ignore[union-attr]
    assert table_of(catalog, long).columns[0].identity == Identity(always=True, options=BIG)
    assert not [o for o in catalog.objects if isinstance(o, Sequence)]
    assert catalog.unsupported == ()


@pytest.mark.postgres(18)
def test_what_came_with_18(postgres_database: Database) -> None:
    catalog = inspected(
        postgres_database,
        """
        CREATE TABLE r (id int PRIMARY KEY);
        CREATE TABLE t (
            a int CONSTRAINT named NOT NULL,
            v int GENERATED ALWAYS AS (a + 1) VIRTUAL,
            CONSTRAINT c CHECK (a > 0) NOT ENFORCED,
            CONSTRAINT f FOREIGN KEY (a) REFERENCES r NOT ENFORCED
        );
        CREATE TABLE u (a int, b int, c int);
        ALTER TABLE u ADD CONSTRAINT later NOT NULL a NOT VALID;
        ALTER TABLE u ADD CONSTRAINT here NOT NULL b NO INHERIT;
        ALTER TABLE u ADD CONSTRAINT said NOT NULL c;
        COMMENT ON CONSTRAINT said ON u IS 'why';
        CREATE EXTENSION btree_gist;
        CREATE TABLE p (i int, r int4range, CONSTRAINT pk PRIMARY KEY (i, r WITHOUT OVERLAPS));
        """,
    )
    table = table_of(catalog, "t")
    assert table.columns == (
        Column(name="a", type=DataType(text="integer"), nullable=False, not_null=NotNull(name="named")),
        Column(
            name="v",
            type=DataType(text="integer"),
            generated=Generated(expression=expression("(a + 1)"), stored=False),
        ),
    )
    assert table.constraints == (
        Check(name="c", expression=expression("(a > 0)"), validated=False, enforced=False),
        ForeignKey(
            name="f",
            columns=("a",),
            references=key(Kind.TABLE, "r"),
            referenced_columns=("id",),
            validated=False,
            enforced=False,
        ),
    )
    assert [c.not_null for c in table_of(catalog, "u").columns] == [
        NotNull(name="later", validated=False),
        NotNull(name="here", no_inherit=True),
        NotNull(name="said", comment="why"),
    ]
    assert table_of(catalog, "p").indexes == ()


def test_constraints(postgres_database: Database) -> None:
    catalog = inspected(
        postgres_database,
        """
        CREATE SCHEMA other;
        CREATE TABLE other.r (y int, x int, UNIQUE (x, y));
        CREATE EXTENSION btree_gist SCHEMA other;
        CREATE OPERATOR other.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq, COMMUTATOR = OPERATOR(other.===));
        CREATE TABLE t (
            a int, b int, c text, d tstzrange, deleted bool,
            CONSTRAINT pk PRIMARY KEY (b, a) INCLUDE (c) WITH (fillfactor = 70) DEFERRABLE,
            CONSTRAINT uq UNIQUE NULLS NOT DISTINCT (c) DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES other.r (x, y) MATCH SIMPLE
                ON UPDATE RESTRICT ON DELETE SET NULL (a) DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT ck CHECK (a > b AND c <> 'it%') NO INHERIT,
            CONSTRAINT ex EXCLUDE USING gist ((lower(c)) WITH =, d WITH &&) INCLUDE (b)
                WITH (fillfactor = 80) WHERE (NOT deleted)
        );
        ALTER TABLE t ADD CONSTRAINT fk2 FOREIGN KEY (b, a) REFERENCES other.r (y, x) MATCH FULL
            ON UPDATE CASCADE ON DELETE SET DEFAULT NOT VALID;
        ALTER TABLE t ADD CONSTRAINT ck2 CHECK (a > 0) NOT VALID;
        COMMENT ON CONSTRAINT pk ON t IS 'the key';
        COMMENT ON CONSTRAINT uq ON t IS 'no two';
        COMMENT ON CONSTRAINT fk ON t IS 'to r';
        COMMENT ON CONSTRAINT ck ON t IS 'more';
        COMMENT ON CONSTRAINT ex ON t IS 'apart';
        """,
        schemas=["public"],
    )
    table = table_of(catalog, "t")
    assert table.constraints == (
        Check(
            name="ck",
            expression=expression("((a > b) AND (c <> 'it%'::text))"),
            no_inherit=True,
            comment="more",
        ),
        Check(name="ck2", expression=expression("(a > 0)"), validated=False),
        Exclusion(
            name="ex",
            parts=(
                IndexPart(expression=expression("lower(c)"), operator="="),
                IndexPart(column="d", operator="&&"),
            ),
            method="gist",
            include=("b",),
            predicate=expression("(NOT deleted)"),
            comment="apart",
            options=IndexOptions(storage=(("fillfactor", "80"),)),
        ),
        ForeignKey(
            name="fk",
            columns=("a", "b"),
            references=key(Kind.TABLE, "r", schema="other"),
            referenced_columns=("x", "y"),
            on_update="RESTRICT",
            on_delete="SET NULL",
            on_delete_columns=("a",),
            deferrable=True,
            initially_deferred=True,
            comment="to r",
        ),
        ForeignKey(
            name="fk2",
            columns=("b", "a"),
            references=key(Kind.TABLE, "r", schema="other"),
            referenced_columns=("y", "x"),
            on_update="CASCADE",
            on_delete="SET DEFAULT",
            match="FULL",
            validated=False,
        ),
        PrimaryKey(
            name="pk",
            columns=("b", "a"),
            include=("c",),
            deferrable=True,
            comment="the key",
            options=IndexOptions(storage=(("fillfactor", "70"),)),
        ),
        Unique(
            name="uq",
            columns=("c",),
            nulls_not_distinct=True,
            deferrable=True,
            initially_deferred=True,
            comment="no two",
        ),
    )
    assert table.indexes == ()
    assert [c.nullable for c in table.columns] == [False, False, True, True, True]


def test_an_operator_outside_pg_catalog_is_qualified(postgres_database: Database) -> None:
    catalog = inspected(
        postgres_database,
        """
        CREATE SCHEMA "Other";
        CREATE EXTENSION hstore;
        CREATE OPERATOR "Other".=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq,
                                     COMMUTATOR = OPERATOR("Other".===));
        CREATE OPERATOR CLASS "Other".int_ops FOR TYPE int USING hash AS
            OPERATOR 1 "Other".===, FUNCTION 1 hashint4(int);
        CREATE TABLE t (a int, CONSTRAINT e EXCLUDE USING hash (a "Other".int_ops WITH OPERATOR("Other".===)));
        """,
        schemas=["public"],
    )
    assert table_of(catalog, "t").constraints == (
        Exclusion(
            name="e",
            parts=(
                IndexPart(
                    column="a",
                    operator='OPERATOR("Other".===)',
                    options=PartOptions(opclass='"Other".int_ops'),
                ),
            ),
            method="hash",
        ),
    )


def test_indexes(postgres_database: Database) -> None:
    catalog = inspected(
        postgres_database,
        """
        CREATE SCHEMA ext;
        CREATE EXTENSION pg_trgm SCHEMA ext;
        CREATE TYPE mood AS ENUM ('a');
        CREATE TABLE t (a int, b text, c text COLLATE "C", v varchar(9), n inet, j jsonb, m mood, tags text[]);
        CREATE INDEX i01 ON t (a, b DESC, c NULLS FIRST, v DESC NULLS LAST);
        CREATE UNIQUE INDEX i02 ON t (a) INCLUDE (b, c) NULLS NOT DISTINCT WITH (fillfactor = 60) WHERE b <> 'x%';
        CREATE INDEX i03 ON t USING gin (j jsonb_path_ops, tags) WITH (fastupdate = off);
        CREATE INDEX i04 ON t USING gist (b ext.gist_trgm_ops (siglen = 32));
        CREATE INDEX i05 ON t (b COLLATE "C", c, c COLLATE "default", v text_pattern_ops, v varchar_ops);
        CREATE INDEX i06 ON t (lower(b), lower(b) COLLATE "C", (b || c), lower(c), lower(c) COLLATE "default");
        CREATE INDEX i07 ON t USING hash (n);
        CREATE INDEX i08 ON t (m, n, tags, v);
        CREATE INDEX i09 ON t ((a + 1) DESC, a) WHERE a > 0;
        CREATE INDEX i10 ON t USING gist (n inet_ops);
        CREATE INDEX i11 ON t USING spgist (v);
        CREATE INDEX i12 ON t USING brin (b, v);
        COMMENT ON INDEX i01 IS 'the first';
        """,
    )
    found = {index.name: index for index in table_of(catalog, "t").indexes}
    assert list(found) == sorted(found)
    assert found["i01"] == Index(
        name="i01",
        parts=(
            IndexPart(column="a"),
            IndexPart(column="b", descending=True, nulls_first=True),
            IndexPart(column="c", nulls_first=True),
            IndexPart(column="v", descending=True),
        ),
        comment="the first",
    )
    assert found["i02"] == Index(
        name="i02",
        parts=(IndexPart(column="a"),),
        unique=True,
        include=("b", "c"),
        predicate=expression("(b <> 'x%'::text)"),
        options=IndexOptions(nulls_not_distinct=True, storage=(("fillfactor", "60"),)),
    )
    assert found["i03"] == Index(
        name="i03",
        parts=(IndexPart(column="j", options=PartOptions(opclass="jsonb_path_ops")), IndexPart(column="tags")),
        method="gin",
        options=IndexOptions(storage=(("fastupdate", "off"),)),
    )
    assert found["i04"].parts == (
        IndexPart(column="b", options=PartOptions(opclass="ext.gist_trgm_ops", parameters=(("siglen", "32"),))),
    )
    assert found["i05"].parts == (
        IndexPart(column="b", collation='"C"'),
        IndexPart(column="c"),
        IndexPart(column="c", collation='"default"'),
        IndexPart(column="v", options=PartOptions(opclass="text_pattern_ops")),
        IndexPart(column="v", options=PartOptions(opclass="varchar_ops")),
    )
    assert [(str(part.expression), part.collation) for part in found["i06"].parts] == [
        ("lower(b)", None),
        ("lower(b)", '"C"'),
        ("((b || c))", None),
        ("lower(c)", None),
        ("lower(c)", '"default"'),
    ]
    assert found["i07"] == Index(name="i07", parts=(IndexPart(column="n"),), method="hash")
    assert all(part.options is None and part.collation is None for part in found["i08"].parts)
    assert found["i09"] == Index(
        name="i09",
        parts=(
            IndexPart(expression=expression("((a + 1))"), descending=True, nulls_first=True),
            IndexPart(column="a"),
        ),
        predicate=expression("(a > 0)"),
    )
    assert found["i10"].parts == (IndexPart(column="n", options=PartOptions(opclass="inet_ops")),)
    assert found["i11"].parts == (IndexPart(column="v"),)
    assert found["i12"].parts == (IndexPart(column="b"), IndexPart(column="v"))
    assert catalog.unsupported == ()


EVERY_OPERATOR_CLASS = """
    CREATE SCHEMA ext;
    CREATE EXTENSION btree_gist SCHEMA ext; CREATE EXTENSION btree_gin SCHEMA ext; CREATE EXTENSION pg_trgm SCHEMA ext;
    CREATE EXTENSION citext SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext; CREATE EXTENSION ltree SCHEMA ext;
    CREATE TYPE mood AS ENUM ('a');
    DO $$
    DECLARE type record; class record; count int := 0;
    BEGIN
        CREATE TABLE t ();
        FOR type IN SELECT oid, format_type(oid, NULL) AS name, 'c' || oid AS col FROM pg_type
                    WHERE typtype IN ('b', 'e', 'r', 'm') AND typisdefined AND typnamespace <> 'pg_toast'::regnamespace
                      AND (typcategory <> 'A' OR typname IN ('_int4', '_text', '_mood'))
        LOOP
            EXECUTE 'ALTER TABLE t ADD ' || type.col || ' ' || type.name;
            FOR class IN SELECT a.amname, quote_ident(n.nspname) || '.' || quote_ident(o.opcname) AS name
                         FROM pg_opclass o JOIN pg_am a ON a.oid = o.opcmethod JOIN pg_namespace n ON n.oid = opcnamespace
            LOOP
                count := count + 1;
                BEGIN
                    EXECUTE 'CREATE INDEX i' || count || ' ON t USING ' || class.amname
                         || ' (' || type.col || ' ' || class.name || ')';
                EXCEPTION WHEN OTHERS THEN NULL;
                END;
            END LOOP;
        END LOOP;
    END $$;
"""


def test_an_operator_class_is_named_where_the_server_names_it(postgres_database: Database) -> None:
    """Each type that there is under each operator class that takes it, against pg_get_indexdef."""
    indexes = table_of(inspected(postgres_database, EVERY_OPERATOR_CLASS), "t").indexes
    with postgres_database.connect() as connection:
        connection.execute("SET search_path TO ''")
        definitions = connection.execute(
            "SELECT relname, pg_get_indexdef(oid) FROM pg_class WHERE relkind = 'i' AND relname ~ '^i[0-9]+$'"
        ).fetchall()
    server = {name: definition[definition.index("(") :] for name, definition in definitions}
    ours = {}
    for index in indexes:
        (part,) = index.parts
        opclass = f" {part.options.opclass}" if isinstance(part.options, PartOptions) else ""
        ours[index.name] = f"({part.column}{opclass})"
    assert len(ours) > 300
    assert ours == server


@pytest.mark.no_self_check("a build that fails is not to be made again")
def test_an_index_left_by_a_failed_build_is_not_valid(postgres_database: Database) -> None:
    postgres_database.execute("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)")
    with postgres_database.connect() as connection, pytest.raises(Exception, match="could not create unique index"):
        connection.execute("CREATE UNIQUE INDEX CONCURRENTLY u ON t (a)")
    (index,) = table_of(inspected(postgres_database, ""), "t").indexes
    assert index == Index(name="u", parts=(IndexPart(column="a"),), unique=True, valid=False)


def test_table_options(postgres_database: Database) -> None:
    catalog = inspected(
        postgres_database,
        """
        CREATE UNLOGGED TABLE t (a int NOT NULL, b text)
            WITH (fillfactor = 70, autovacuum_enabled = off, toast.autovacuum_enabled = off);
        CREATE UNIQUE INDEX u ON t (a);
        ALTER TABLE t CLUSTER ON u;
        ALTER TABLE t REPLICA IDENTITY USING INDEX u;
        ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        COMMENT ON TABLE t IS 'a table';
        CREATE TABLE f (a int); ALTER TABLE f REPLICA IDENTITY FULL;
        CREATE TABLE n (a int); ALTER TABLE n REPLICA IDENTITY NOTHING;
        CREATE TABLE plain ();
        """,
    )
    table = table_of(catalog, "t")
    assert table.comment == "a table"
    assert table.options == TableOptions(
        unlogged=True,
        storage=(("fillfactor", "70"), ("autovacuum_enabled", "off"), ("toast.autovacuum_enabled", "off")),
        row_security=True,
        force_row_security=True,
        replica_identity="u",
        clustered_on="u",
    )
    assert table_of(catalog, "f").options == TableOptions(replica_identity="f")
    assert table_of(catalog, "n").options == TableOptions(replica_identity="n")
    assert table_of(catalog, "plain") == Table(schema="public", name="plain")


def test_an_access_method_other_than_heap(postgres_database: Database) -> None:
    catalog = inspected(
        postgres_database,
        "CREATE ACCESS METHOD mine TYPE TABLE HANDLER heap_tableam_handler; CREATE TABLE t (a int) USING mine;",
    )
    assert table_of(catalog, "t").options == TableOptions(access_method="mine")
    assert texts(catalog) == set()


def test_only_the_schemas_asked_for_and_types_of_the_others(postgres_database: Database) -> None:
    script = """
        CREATE SCHEMA a; CREATE SCHEMA b;
        CREATE TYPE b.mood AS ENUM ('x');
        CREATE TABLE b.t (id int);
        CREATE TABLE a.t (m b.mood);
        CREATE CONVERSION b.v FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
        CREATE FUNCTION b.f(b.mood) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE CAST (b.mood AS int) WITH FUNCTION b.f(b.mood);
        CREATE EXTENSION hstore SCHEMA b;
        CREATE PUBLICATION p;
        """
    catalog = inspected(postgres_database, script, schemas=["a", "nowhere"])
    assert [str(o.key) for o in catalog.objects] == ["extension hstore", "schema a", "table a.t"]
    assert catalog.unsupported == ()
    assert {("b", "mood"), ("b", "hstore"), ("b", "t")} <= catalog.known_types
    everything = inspected(postgres_database, "")
    assert [str(o.key) for o in everything.objects if isinstance(o, Schema)] == [
        "schema a",
        "schema b",
        "schema public",
    ]
    assert {str(o.key) for o in everything.objects if isinstance(o, Definition)} == {
        "cast b.mood AS integer",
        "conversion b.v",
    }
    assert texts(everything) == set()
    assert [o.name for o in everything.objects if isinstance(o, Publication)] == ["p"]


@pytest.mark.no_self_check("a table that was given to an extension is not in a dump, and its sequence is")
def test_what_an_extension_owns_is_never_listed(postgres_database: Database) -> None:
    catalog = inspected(
        postgres_database,
        """
        CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree; CREATE EXTENSION pg_stat_statements;
        CREATE TABLE member (id serial PRIMARY KEY, a text);
        CREATE INDEX on_member ON member (a);
        ALTER EXTENSION hstore ADD TABLE member;
        """,
    )
    kinds = {type(o) for o in catalog.objects} - {Sequence}
    assert kinds == {Schema, Extension}
    assert catalog.unsupported == ()


REFUSED = {
    "column public.v.one: a default of a view's column": (
        "CREATE VIEW v AS SELECT 1 AS one; ALTER VIEW v ALTER COLUMN one SET DEFAULT 2"
    ),
    "column public.mv.one: the statistics target of a materialized view's column": (
        "CREATE MATERIALIZED VIEW mv AS SELECT 1 AS one; ALTER TABLE mv ALTER COLUMN one SET STATISTICS 7"
    ),
    "type public.shell: a shell type": "CREATE TYPE shell",
    "foreign data wrapper fdw: a foreign data wrapper with the option dsn, which may hold a secret": "CREATE FOREIGN "
    "DATA WRAPPER fdw OPTIONS (dsn 'password=secret'); CREATE FOREIGN DATA WRAPPER plain",
    "foreign server srv: a foreign server with the option password, which may hold a secret": "CREATE SERVER srv "
    "FOREIGN DATA WRAPPER plain OPTIONS (password 'secret')",
    "table public.ft: a foreign table with the option token, which may hold a secret": "CREATE FOREIGN TABLE ft (a int) "
    "SERVER srv OPTIONS (token 'secret')",
    "index public.t.t_pkey: a comment on the index of a constraint": "COMMENT ON INDEX t_pkey IS 'x'",
    "index public.child.u: a statistics target or an extension of the index of a constraint": (
        "CREATE EXTENSION pg_trgm; CREATE TABLE child (a int, CONSTRAINT u UNIQUE (a)); "
        "ALTER INDEX u DEPENDS ON EXTENSION pg_trgm"
    ),
    "index public.p1.p1_a_idx: a statistics target or an extension of an index that comes from the parent table": (
        "CREATE TABLE p (a int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE INDEX ON p (a); "
        "ALTER INDEX p1_a_idx DEPENDS ON EXTENSION pg_trgm"
    ),
    "trigger public.p1.tr: a trigger that fires at other times than its parent table's": (
        "CREATE TRIGGER tr BEFORE UPDATE ON p FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger(); "
        "ALTER TABLE p1 DISABLE TRIGGER tr"
    ),
    "sequence public.ident_id_seq: a comment on the sequence of an identity column": "CREATE TABLE ident "
    "(id int GENERATED ALWAYS AS IDENTITY); COMMENT ON SEQUENCE ident_id_seq IS 'x'",
    "constraint public.child.fk: a constraint with disabled triggers": "ALTER TABLE child "
    "ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES t; ALTER TABLE child DISABLE TRIGGER ALL",
}


def test_what_the_model_cannot_hold_is_named(postgres_database: Database) -> None:
    script = "CREATE TABLE t (a int PRIMARY KEY, b int);" + ";\n".join(REFUSED.values())
    catalog = inspected(postgres_database, script)
    assert texts(catalog) == set(REFUSED)
    held = {str(o.key) for o in catalog.objects if isinstance(o, Table)}
    assert held == {f"table public.{name}" for name in ("t", "child", "ident", "p", "p1")}
    assert len(catalog.unsupported) == len(REFUSED)


@pytest.mark.no_self_check("what holds credentials is not read")
def test_what_holds_credentials_is_named_and_no_more(postgres_database: Database) -> None:
    script = """CREATE FOREIGN DATA WRAPPER w; CREATE SERVER srv FOREIGN DATA WRAPPER w;
        CREATE USER MAPPING FOR PUBLIC SERVER srv OPTIONS (password 'secret');
        CREATE SUBSCRIPTION sub CONNECTION 'password=secret' PUBLICATION x WITH (connect = false, slot_name = NONE)"""
    try:
        catalog = inspected(postgres_database, script)
        narrow = inspected(postgres_database, "", schemas=["public"])
    finally:
        postgres_database.execute("DROP SUBSCRIPTION IF EXISTS sub")  # else the database could not be dropped
    named = [f"{u.what} {u.key.path} {u.on or ''}".strip() for u in catalog.unmanaged]
    assert named == ["a subscription sub", "a user mapping public ON srv foreign server srv"]
    assert (catalog.unsupported, narrow.unmanaged) == ((), ())


def test_a_tablespace_other_than_the_default(postgres_database: Database) -> None:
    # pg_global takes only the server's own; an in-place tablespace needs a setting that the superuser may make.
    space = f"space_{postgres_database.name}"
    with postgres_database.connect() as connection:
        connection.execute("SET allow_in_place_tablespaces = on")
        connection.execute(f"CREATE TABLESPACE {space} LOCATION ''".encode())
        connection.execute(f"CREATE TABLE t (a int) TABLESPACE {space}; CREATE TABLE u (a int);".encode())
        connection.execute(f"CREATE INDEX i ON u (a) TABLESPACE {space}".encode())
        try:
            catalog = inspected(postgres_database, "")
        finally:
            connection.execute("DROP TABLE t, u")
            connection.execute(f"DROP TABLESPACE {space}".encode())
    assert texts(catalog) == {
        "table public.t: a table in a tablespace other than the default",
        "index public.u.i: an index in a tablespace other than the default",
    }


SETTING = (
    "SELECT current_setting('search_path'), current_setting('datestyle'), current_setting('transaction_read_only')"
)


@pytest.mark.parametrize("isolation_level", [None, "AUTOCOMMIT", "SERIALIZABLE"])
@pytest.mark.newest_postgres
def test_the_connection_is_left_as_it_was(postgres_database: Database, isolation_level: str | None) -> None:
    postgres_database.execute("CREATE TABLE public.t (d date DEFAULT '2024-02-01', b bytea DEFAULT '\\x01')")
    with connected(postgres_database, isolation_level) as connection:
        connection.exec_driver_sql("SET search_path TO public")
        connection.exec_driver_sql("SET datestyle TO 'German'")
        connection.exec_driver_sql("SET bytea_output TO 'escape'")
        connection.commit()
        outside = inspect(connection, schemas=None)
        assert not connection.in_transaction()
        with connection.begin():
            before = connection.exec_driver_sql(SETTING).all()
            connection.exec_driver_sql("CREATE TABLE mine (a int)")
            inside = inspect(connection, schemas=None)
            assert connection.exec_driver_sql(SETTING).all() == before
            connection.exec_driver_sql("DROP TABLE mine")
    assert inside.table("public", "mine") is not None
    table = table_of(outside, "t")
    assert [str(c.default) for c in table.columns] == ["'2024-02-01'::date", "'\\x01'::bytea"]
    assert table == table_of(inside, "t")


@pytest.mark.newest_postgres
def test_an_error_leaves_the_transaction_usable(postgres_database: Database) -> None:
    with connected(postgres_database) as connection, connection.begin():
        connection.exec_driver_sql("CREATE TABLE mine (a int)")
        with pytest.raises(Exception, match="division by zero"), snapshot(connection):
            connection.exec_driver_sql("SELECT 1/0")
        assert connection.exec_driver_sql("SELECT count(*) FROM mine").scalar() == 0


QUERIES = [(name, query) for name, query in vars(rows).items() if isinstance(query, rows.Query)]


def test_each_query_yields_what_its_row_expects(postgres_database: Database) -> None:
    with connected(postgres_database) as connection, snapshot(connection) as view:
        view.choose([])
        for name, query in QUERIES:
            for since, file in query.variants:
                if since <= postgres_database.version:
                    columns = connection.exec_driver_sql(query.sql(since)).keys()
                    assert tuple(columns) == query.row._fields, (name, file)


def test_the_number_of_queries_does_not_grow_with_the_tables(postgres_database: Database) -> None:
    postgres_database.execute("".join(f"CREATE TABLE t{i} (a int PRIMARY KEY, b serial);" for i in range(30)))
    with connected(postgres_database) as connection:
        ran: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda *arguments: ran.append(arguments[2]))
        assert len(inspect(connection, schemas=None).tables()) == 30
    # Of outsiders and of what definitions rest on is asked only where there are some. Besides: BEGIN, settings,
    # schemas, ROLLBACK.
    assert len(ran) == len(QUERIES) - 2 + 4
