"""Steps for views: replaced in place where the server can, else dropped and made again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from schemactl.changes import Alter, Change, Create, Drop
from schemactl.errors import ImpossibleError
from schemactl.model import Kind, ObjectKey, PrimaryKey, Table, View
from schemactl.steps import Step
from schemactl_postgres.ddl import indexes, rank
from schemactl_postgres.ddl.context import Context, column_key, relation_name, schema_of
from schemactl_postgres.ddl.definitions import storage, storage_changes
from schemactl_postgres.ddl.depends import depends
from schemactl_postgres.ddl.successor import called
from schemactl_postgres.options import MaterializedOptions, Storage, ViewOptions
from schemactl_postgres.sql import literal, names, qualified, quoted


def view(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    match change:
        case Create(after=View() as it, because=because):
            yield from create(context, it, because)
        case Drop(before=View() as was, because=because):
            yield drop(context, was, because)
        case Alter(before=View() as was, after=View() as it):
            yield from _altered(context, was, it)


def is_replaced(was: View, it: View) -> bool:
    """Whether the view must be dropped and made again: the server only appends columns to one that stays."""
    if was.materialized != it.materialized:
        return True
    if was.query == it.query:
        return False
    if it.materialized or was.columns is None or it.columns is None:
        return True
    return it.columns[: len(was.columns)] != was.columns


def noun(it: View) -> str:
    return "MATERIALIZED VIEW" if it.materialized else "VIEW"


def create(context: Context, it: View, because: str) -> Iterator[Step]:
    """The view, then its indexes and comments."""
    live = context.actual.get(it.key)
    _refuse_ruins(context, it, live)
    yield context.step(
        _definition(it, it.with_data or (isinstance(live, View) and live.materialized and live.with_data)),
        it.key,
        "create",
        because or "new view",
        cost="create_materialized_view" if it.materialized else "none",
        creates={it.key, relation_name(it.schema, it.name)},
        needs=_needs(context, it),
        rank=rank.VIEW,
    )
    for index in it.indexes:
        yield from indexes.create(context, it.child(Kind.INDEX, index.name), index)
    if clustered := _clustered_on(it):
        yield _clustered(context, it, clustered)
    yield from _depends(context, it, None)
    yield from _comments(context, it, None)


def drop(context: Context, was: View, because: str) -> Step:
    gone = {was.key, relation_name(was.schema, was.name)}
    for index in was.indexes:
        gone |= {was.child(Kind.INDEX, index.name), relation_name(was.schema, index.name)}
    return context.step(
        f"DROP {noun(was)} {qualified(was.key)}",
        was.key,
        "drop",
        because or "not in the desired schema",
        cost="drop_view" if was.key in context.after else "drop_view_for_good",
        table=was.key,
        destroys=gone,
        frees=(schema_of(was.key) | set(was.uses)) - gone,
        rank=rank.DROP_VIEW,
    )


def _altered(context: Context, was: View, it: View) -> Iterator[Step]:
    if was.query != it.query:
        yield context.step(
            _definition(it, True, replaces=True),
            it.key,
            "alter",
            "another query",
            cost="replace_view",
            table=it.key,
            creates={it.key},
            needs=_needs(context, it),
            frees=set(was.uses) - set(it.uses),
            rank=rank.VIEW,
        )
    elif was.options != it.options:
        for clause in _option_changes(was, it):
            yield context.step(
                f"ALTER {noun(it)} {qualified(it.key)} {clause}",
                it.key,
                "alter",
                "options differ",
                cost="replace_view",
                table=it.key,
                creates={it.key},
                rank=rank.TABLE_OPTION,
            )
        if it.materialized:
            yield from _reclustered(context, was, it)
            yield from _depends(context, it, was)
    yield from _comments(context, it, was)


def _needs(context: Context, it: View) -> frozenset[ObjectKey]:
    """What the query rests on. Of tables, also all columns and the primary key, whichever of them it takes."""
    found = set(schema_of(it.key)) | set(it.uses)
    for key in it.uses:
        table = context.tables.get(key)
        if table is None:
            continue
        found |= {column_key(key, c.name) for c in table.columns}
        found |= {table.child(Kind.CONSTRAINT, c.name) for c in table.constraints if isinstance(c, PrimaryKey)}
    return frozenset(found)


def _refuse_ruins(context: Context, it: View, live: object) -> None:
    """A view that stays as it is cannot stay over what the plan drops, but for a routine: another of its name may take the call."""
    if not isinstance(live, View) or live.query != it.query:
        return
    goal = context.desired.by_key()
    for key in live.uses:
        lost = context.actual.get(key) is not None and key not in goal
        table = context.tables.get(replace(key, kind=Kind.TABLE, table="", name=key.table))
        if key.kind is Kind.COLUMN and isinstance(table, Table):
            lost = table.column(key.name) is None
        if lost and not any(called(other, key) for other in goal):
            raise ImpossibleError(
                f"{it.key} rests on {key}, which the desired schema does not have",
                subject=str(it.key),
                hint=f"keep {key}, or change the view",
            )


def _definition(it: View, with_data: bool, *, replaces: bool = False) -> str:
    start = f"CREATE {'OR REPLACE ' if replaces else ''}{noun(it)} {qualified(it.key)}"
    listed = f" ({names(it.names)})" if it.names else ""
    method = ""
    if isinstance(it.options, MaterializedOptions) and it.options.access_method:
        method = f" USING {quoted(it.options.access_method)}"
    said = _storage(it)
    with_ = f" WITH ({storage(said)})" if said else ""
    data = "\nWITH NO DATA" if it.materialized and not with_data else ""
    # A comment at the end of the query must not swallow what follows.
    return f"{start}{listed}{method}{with_} AS\n{it.query.text}{data}"


def _storage(it: View) -> Storage:
    match it.options:
        case MaterializedOptions(storage=found):
            return found
        case ViewOptions() as options:
            flags = [n for n in ("security_barrier", "security_invoker") if getattr(options, n)]
            check = (("check_option", options.check_option),) if options.check_option else ()
            return (*((name, "true") for name in flags), *check)
        case _:
            return ()


def _option_changes(was: View, it: View) -> Iterator[str]:
    yield from storage_changes(_storage(was), _storage(it))
    old, new = (v.options if isinstance(v.options, MaterializedOptions) else MaterializedOptions() for v in (was, it))
    if old.access_method != new.access_method:
        yield f"SET ACCESS METHOD {quoted(new.access_method or 'heap')}"


def clustered_again(context: Context, changes: Sequence[Change]) -> Iterator[Step]:
    """CLUSTER ON for a materialized view that stays, whose index of that name is built anew."""
    for change in changes:
        it = context.desired.get(context.owner(change.key)) if change.key.kind is Kind.INDEX else None
        was = context.actual.get(it.key) if isinstance(it, View) else None
        if not isinstance(it, View) or not isinstance(was, View) or it.key in context.made:
            continue
        if _clustered_on(was) == _clustered_on(it) == change.key.name and isinstance(change, Alter | Create):
            yield _clustered(context, it, change.key.name)


def _clustered_on(it: View) -> str | None:
    return it.options.clustered_on if isinstance(it.options, MaterializedOptions) else None


def _reclustered(context: Context, was: View, it: View) -> Iterator[Step]:
    if _clustered_on(was) != _clustered_on(it):
        yield _clustered(context, it, _clustered_on(it))


def _clustered(context: Context, it: View, index: str | None) -> Step:
    return context.step(
        f"ALTER MATERIALIZED VIEW {qualified(it.key)} {f'CLUSTER ON {quoted(index)}' if index else 'SET WITHOUT CLUSTER'}",
        it.key,
        "alter",
        "clustered on another index" if index else "not to be clustered",
        cost="light",
        table=it.key,
        needs={it.key, *([it.child(Kind.INDEX, index)] if index else [])},
        rank=rank.TABLE_OPTION,
    )


def _depends(context: Context, it: View, was: View | None) -> Iterator[Step]:
    old, new = (v.options.extensions if v and isinstance(v.options, MaterializedOptions) else () for v in (was, it))
    return depends(context, it.key, f"{noun(it)} {qualified(it.key)}", new, old)


def _comments(context: Context, it: View, was: View | None) -> Iterator[Step]:
    """COMMENT ON for the view and its columns, where the text is another than before."""
    target = qualified(it.key)
    if it.comment != (was.comment if was else None):
        yield _comment(context, it, f"{noun(it)} {target}", it.comment)
    old, new = dict(was.column_comments) if was else {}, dict(it.column_comments)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield _comment(context, it, f"COLUMN {target}.{quoted(name)}", new.get(name))


def _comment(context: Context, it: View, target: str, text: str | None) -> Step:
    return context.step(
        f"COMMENT ON {target} IS {'NULL' if text is None else literal(text).strip()}",
        it.key,
        "comment",
        "no comment is desired" if text is None else "comment differs",
        cost="comment",
        table=it.key,
        needs={it.key},
        rank=rank.COMMENT,
    )
