"""What still differs is put to the server: a temporary table with the desired definition, read back.

A temporary table shadows the real one in our session alone, touches nothing of the user's, and goes with the
session. SHOW CREATE of it is what the server would keep: defaults, expressions, names, types, all in its own words.
It can have no foreign keys, no periods, no history, and InnoDB's no FULLTEXT index; those are compared as they stand.
Nor can it have partitions: see confirm_partitions.
Measured on MySQL 9.7, MariaDB 10.11 and 11.8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pymysql
from pymysql.constants import ER
from sqlalchemy import Connection

from schemactl.errors import ImpossibleError, PermissionError_
from schemactl.model import Catalog, Column, ForeignKey, ObjectKey, Program, SchemaObject, Sequence, Table, View
from schemactl_mysql.alike import in_live_words
from schemactl_mysql.canonical.inherit import settled_table
from schemactl_mysql.confirm_bounds import refuse_overlaps
from schemactl_mysql.confirm_columns import refuse_missing_columns
from schemactl_mysql.confirm_foreign_keys import refuse_unfit_keys
from schemactl_mysql.confirm_partition_keys import refuse_keys_across_partitions
from schemactl_mysql.confirm_partitions import confirmed_partitioning
from schemactl_mysql.confirm_programs import refuse_unreadable
from schemactl_mysql.confirm_references import refuse_broken_views, refuse_unknown_relations
from schemactl_mysql.confirm_schedules import confirmed_schedule
from schemactl_mysql.confirm_views import same_query
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.ddl.definitions import column_options, create_table
from schemactl_mysql.ddl.versions import has_overlaps, with_versions
from schemactl_mysql.options import Partitioning, Surroundings, TableOptions
from schemactl_mysql.read import read_printed
from schemactl_mysql.read.scanner import Lexical
from schemactl_mysql.session import as_we_write, execute
from schemactl_mysql.sql import quoted
from schemactl_mysql.wildcards import outgrown
from schemactl_mysql.zero_dates import HINT, has_zero_date


def confirm(connection: Connection, desired: Catalog, actual: Catalog, *, aside: Connection | None = None) -> Catalog:
    """`desired`, where each table that differs from its live twin is in the server's own words.

    Tables are put to the server `aside` where the user may make no temporary ones here.
    """
    around = actual.surroundings
    assert isinstance(around, Surroundings)
    known = actual.by_key()
    desired = _without_asking(desired, known, around)
    asked = [t for t in desired.tables() if known.get(t.key) != t]
    views = [v for v in desired.objects if isinstance(v, View) and v.key in known and known[v.key] != v]
    programs = [p for p in desired.objects if isinstance(p, Program) and known.get(p.key) != p]
    refuse_broken_views(desired, actual)
    refuse_unknown_relations(connection, desired, actual)
    if not asked and not views and not programs:
        return desired
    context = Context(flavour=around.flavour, charset_of=around.charset_of)
    sequences = (o for o in desired.objects if isinstance(o, Sequence) and o.key not in known)
    coming = frozenset(o.name.lower() for o in sequences)
    with as_we_write(connection):
        tables = [_asked(connection, context, t, known.get(t.key), around, coming, aside) for t in asked]
        answers: dict[ObjectKey, SchemaObject] = {t.key: t for t in tables}
        names = {(o.schema.lower(), o.name.lower()): o.key for o in actual.objects if isinstance(o, View)}
        other = outgrown(views, desired, actual, context.flavour)
        for view in views:
            twin = known[view.key]
            if view.key in other or not isinstance(twin, View):
                continue
            if same_query(connection, view, twin, context.flavour, names):
                answers[view.key] = replace(view, query=twin.query)
        for program in programs:
            refuse_unreadable(connection, context, program)
            answers[program.key] = confirmed_schedule(connection, program, context.flavour)
        for table in tables:
            refuse_keys_across_partitions(table, context.flavour)
        for table in asked:
            if _partitioning(answers[table.key]) != _partitioning(known.get(table.key)):
                refuse_overlaps(connection, context, table)
        result = replace(desired, objects=tuple(answers.get(o.key, o) for o in desired.objects))
        refuse_missing_columns(connection, context, result, known, around.database)
    refuse_unfit_keys(result, actual)
    return result


def _without_asking(desired: Catalog, known: Mapping[ObjectKey, SchemaObject], around: Surroundings) -> Catalog:
    """With each table as it is live that differs from it in nothing but how the same is written."""

    def settled(it: SchemaObject) -> SchemaObject:
        twin = known.get(it.key)
        if not isinstance(it, Table) or not isinstance(twin, Table) or it == twin:
            return it
        found = in_live_words(it, twin, around.flavour)
        return found if found == twin else it

    return replace(desired, objects=tuple(settled(o) for o in desired.objects))


def _partitioning(it: SchemaObject | None) -> Partitioning | None:
    return it.options.partitioning if isinstance(it, Table) and isinstance(it.options, TableOptions) else None


def _asked(
    connection: Connection,
    context: Context,
    table: Table,
    live: SchemaObject | None,
    around: Surroundings,
    coming: frozenset[str],
    aside: Connection | None,
) -> Table:
    _refuse_missing_engine(table, around)
    probe = _probe(table, coming)
    sql = create_table(context, probe, foreign_keys=(), temporary=True)
    try:
        execute(connection, sql)
    except pymysql.MySQLError as error:
        if error.args[0] in (ER.DBACCESS_DENIED_ERROR, ER.TABLEACCESS_DENIED_ERROR):
            if aside is not None:
                with as_we_write(aside):
                    return _asked(aside, context, table, live, around, coming, None)
            raise PermissionError_(
                f"{table.key} cannot be compared: {error.args[-1]}",
                subject=str(table.key),
                hint=f"grant CREATE TEMPORARY TABLES on {table.schema}.*, or name a database to ask: --dev-url",
            ) from None
        raise ImpossibleError(
            f"the server does not take {table.key}: {error.args[-1]}",
            subject=str(table.key),
            hint=HINT if error.args[0] == ER.INVALID_DEFAULT and has_zero_date(table.columns) else "correct the table",
        ) from None
    try:
        shown = connection.exec_driver_sql(f"SHOW CREATE TABLE {quoted(table.name)}".replace("%", "%%")).one()[1]
        if isinstance(live, Table):
            table = confirmed_partitioning(connection, table, live, around.flavour)
    finally:
        execute(connection, f"DROP TEMPORARY TABLE {quoted(table.name)}")
    text = shown.replace("CREATE TEMPORARY TABLE", "CREATE TABLE", 1)
    printed = [(f"what the server makes of {table.key}", text, None)]
    read_back = read_printed(printed, database=table.schema, lexical=Lexical(flavour=around.flavour))
    found = read_back.catalog.table(table.schema, table.name)
    assert found is not None
    return _merged(table, settled_table(found, around, None, printed=True), probe)


def _refuse_missing_engine(table: Table, around: Surroundings) -> None:
    """Without NO_ENGINE_SUBSTITUTION the server would take another, and warn."""
    engine = table.options.engine if isinstance(table.options, TableOptions) else None
    if engine is not None and engine not in around.engines:
        raise ImpossibleError(
            f"the server does not take {table.key}: Unknown storage engine '{engine}'",
            subject=str(table.key),
            hint=f"take one that it has: {', '.join(sorted(around.engines))}",
        )


def _probe(table: Table, coming: frozenset[str]) -> Table:
    """The table without defaults from sequences that are yet to be made: `coming`, in lower case.

    And without VECTOR indexes, which no temporary table can have.
    """

    def column(it: Column) -> Column:
        waits = it.default is not None and any(name in it.default.text.lower() for name in coming)
        return replace(it, default=None) if waits else it

    indexes = tuple(i for i in table.indexes if i.method != "vector")
    return replace(table, columns=tuple(column(c) for c in table.columns), indexes=indexes)


def _merged(table: Table, found: Table, probe: Table) -> Table:
    """The server's words, with what a temporary table cannot have, and what the text left open, from the desired one."""
    constraints = {c.name: c for c in found.constraints}
    stated = {c.name: c for c in table.constraints}
    columns = {c.name: c for c in table.columns}
    left_out = {c.name: c.default for c, asked in zip(table.columns, probe.columns, strict=True) if c != asked}
    indexes = {i.name: i for i in found.indexes}
    return replace(
        table,
        columns=tuple(
            _unprinted(replace(c, default=left_out.get(c.name, c.default)), columns[c.name]) for c in found.columns
        ),
        constraints=tuple(
            c
            if isinstance(c, ForeignKey) or has_overlaps(c)
            else replace(constraints.get(n, c), generated_name=c.generated_name)
            for n, c in stated.items()
        ),
        indexes=tuple(
            replace(indexes.get(i.name, i), options=i.options, generated_name=i.generated_name) for i in table.indexes
        ),
    )


def _unprinted(found: Column, stated: Column) -> Column:
    """With what a temporary table has not, or does not print."""
    found = with_versions(found, stated)
    options = column_options(stated)
    if options.srid is not None:
        found = replace(found, options=replace(column_options(found), srid=options.srid))
    return found
