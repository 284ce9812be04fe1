"""A new column whose default gives each row a value of its own: added without it, and filled some pages at a time.

While rows are being filled, a check that always holds stands beside the column. It is how the next plan knows, where this
one was cut short, that rows with NULL in the column still wait for their value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from schemactl.model import Check, Column, ObjectKey, PrimaryKey, Publication, Rule, Table, Trigger
from schemactl.steps import Step
from schemactl_postgres.ddl import rank, reach
from schemactl_postgres.ddl.context import Context, column_key, filled, owning_table
from schemactl_postgres.ddl.definitions import column as definition
from schemactl_postgres.ddl.online.names import free_name
from schemactl_postgres.ddl.volatile import is_constant
from schemactl_postgres.options import TableOptions
from schemactl_postgres.sql import literal, qualified, quoted

#: Pages of a batch: with rows of 100 bytes some 5000 rows, locked for a fraction of a second.
_PAGES = 64
#: What no text of a column can contain and still be read within it.
_TAG = "$fill$"

_BATCHES = """DO {tag}
DECLARE
    schemactl_page bigint;
    schemactl_pages bigint;
    schemactl_empty bigint;
BEGIN
    LOOP
        schemactl_page := 0;
        schemactl_empty := 0;
        schemactl_pages := pg_catalog.pg_relation_size({name}) / pg_catalog.current_setting('block_size')::bigint;
        WHILE schemactl_page <= schemactl_pages LOOP
            WITH batch AS (
                UPDATE ONLY {table} SET {column} = {value}
                WHERE ctid = ANY (ARRAY(
                    SELECT ctid FROM ONLY {table}
                    WHERE ctid >= pg_catalog.format('(%s,0)', schemactl_page)::tid
                        AND ctid < pg_catalog.format('(%s,0)', schemactl_page + {pages})::tid
                        AND {column} IS NULL
                    FOR NO KEY UPDATE SKIP LOCKED
                ))
                RETURNING {column} IS NULL AS is_empty
            )
            SELECT schemactl_empty + count(*) FILTER (WHERE is_empty) FROM batch INTO schemactl_empty;
            COMMIT;
            schemactl_page := schemactl_page + {pages};
        END LOOP;
        -- Rows that were locked, or moved to a page that had been done, are left; a default of NULL leaves all.
        EXIT WHEN schemactl_empty > 0 OR NOT EXISTS (SELECT FROM ONLY {table} WHERE {column} IS NULL);
        PERFORM pg_catalog.pg_sleep(0.1);
    END LOOP;
END
{tag}"""


def is_filled_later(context: Context, key: ObjectKey, it: Column) -> bool:
    """Whether a new column's rows get their values after it was added, and not by writing the table anew."""
    return _could_be_filled(context, key, it) and not hindrance(context, key, it)


def _could_be_filled(context: Context, key: ObjectKey, it: Column) -> bool:
    table = owning_table(key)
    if it.default is None or it.identity is not None or it.generated is not None or is_constant(context, it.default):
        return False
    return table in context.live and context.goes_online(table) and _TAG not in it.default.text + key.name + table.path


def hindrance(context: Context, key: ObjectKey, it: Column) -> str:
    """What would take note of each row that is written, as nothing does when a table is written anew; "" if nothing."""
    if not _could_be_filled(context, key, it):
        return ""
    table = owning_table(key)
    return next(filter(None, (_watcher(context, one, it.name) for one in (table, *reach.heirs(context, table)))), "")


def _watcher(context: Context, key: ObjectKey, column: str) -> str:
    table = context.live.get(key)
    if table is None:
        return ""  # it comes with the plan, and holds no row
    for it in (*context.actual.objects, *context.desired.objects):
        if not isinstance(it, Trigger | Rule) or (it.schema, it.table) != (key.schema, key.name):
            continue
        if isinstance(it, Rule):
            fires = it.event == "UPDATE"
        else:
            fires = "UPDATE" in it.events and (not it.columns or column in it.columns)
        if fires and it.enabled not in ("D", "R"):
            return f"the {'rule' if isinstance(it, Rule) else 'trigger'} {it.name} of {key.path}"
    options = table.options if isinstance(table.options, TableOptions) else TableOptions()
    if options.foreign is not None:
        return f"the foreign table {key.path}"
    if options.force_row_security:
        return f"the row security of {key.path}"
    # What is published must say by what a row is found, or the server takes no UPDATE of it.
    found_by_key = options.replica_identity == "d" and any(
        isinstance(c, PrimaryKey) for c in _constraints(table, options)
    )
    published = any(isinstance(it, Publication) for it in context.actual.objects)
    if published and not found_by_key and options.replica_identity in ("d", "n"):
        return f"a publication, and {key.path} has no replica identity"
    return ""


def _constraints(table: Table, options: TableOptions) -> tuple[object, ...]:
    return (*table.constraints, *options.given_constraints)


def added(context: Context, key: ObjectKey, it: Column, plain: Step) -> Iterator[Step]:
    """The column without its values, and what fills it. Its NOT NULL comes after that, and is no part of this."""
    assert it.default is not None
    table, column = owning_table(key), quoted(it.name)
    mark = free_name(context, key.schema, f"{key.table}_{it.name}", "filling")
    bare = definition(replace(it, default=None, nullable=True, not_null=None))
    clauses = (
        f"ADD COLUMN {bare}",
        f"ALTER COLUMN {column} SET DEFAULT {it.default.text}",
        f"ADD CONSTRAINT {quoted(mark)} CHECK (({column} IS NULL) IS NOT NULL) NOT VALID",
    )
    yield context.step(
        f"ALTER TABLE {qualified(table)} {', '.join(clauses)}",
        key,
        "create",
        plain.reason,
        cost="add_column",
        table=table,
        creates=plain.creates,
        needs=plain.needs,
        rank=plain.rank,
    )
    yield from rows_filled(context, key, it)
    yield context.step(
        f"ALTER TABLE {qualified(table)} DROP CONSTRAINT {quoted(mark)}",
        key,
        "alter",
        "every row has its value",
        cost="alter_column",
        table=table,
        needs={filled(key)},
        rank=rank.FILL,
    )


def rows_filled(context: Context, key: ObjectKey, it: Column) -> Iterator[Step]:
    """A step for the table and each of its heirs that has rows, which commits every batch by itself.

    Run again, it goes on with the rows that have NULL.
    """
    assert it.default is not None
    for table in (owning_table(key), *reach.heirs(context, owning_table(key))):
        live = context.live.get(table)
        options = live.options if live is not None else None
        if live is None or (isinstance(options, TableOptions) and (options.partition_by or options.foreign)):
            continue
        name = qualified(table)
        yield context.step(
            _BATCHES.format(
                tag=_TAG,
                name=literal(name),
                table=name,
                column=quoted(it.name),
                value=it.default.text,
                pages=_PAGES,
            ),
            column_key(table, it.name),
            "alter",
            "the rows that are there get their values",
            cost="fill_column",
            table=table,
            creates={filled(key)},
            needs={key},
            rank=rank.FILL,
            transactional=False,
            patient=True,
        )


def unfilled(context: Context, table: ObjectKey, check: Check) -> Column | None:
    """The column, as desired, whose rows a plan had begun to fill, where the live check says so and it has a default."""
    goal = context.tables.get(table)
    for it in goal.columns if goal is not None else ():
        name = it.name.replace('"', '""')
        if check.expression.canonical == f'(("{name}" IS NULL) IS NOT NULL)' and it.default is not None:
            going = column_key(table, it.name) in context.dropped
            return None if going or it.generated is not None else it
    return None
