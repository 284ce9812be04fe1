"""Steps for domains. Another base type takes a new domain; all else is altered in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from schemactl.changes import Alter, Create, Drop
from schemactl.model import Check, Domain, Expression, Kind, ObjectKey, Table, UserType
from schemactl.steps import Hazard, Step, Warning_
from schemactl_postgres.ddl import rank
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Action, Context, column_key, owning_table, relation_name, schema_of
from schemactl_postgres.ddl.definitions import default as default_clause
from schemactl_postgres.ddl.retype import retype
from schemactl_postgres.ddl.successor import beneath, called, freed, needed, succession
from schemactl_postgres.sql import literal, qualified, quoted


def domain(context: Context, change: Create | Drop | Alter) -> Iterator[Step]:
    key = change.key
    match change:
        case Create(after=Domain() as it):
            yield _create(context, it, change.because or "new domain")
            yield from _rest(context, it)
        case Drop(before=Domain() as was):
            yield context.step(
                f"DROP DOMAIN {qualified(key)}",
                key,
                "drop",
                change.because or "not in the desired schema",
                destroys={key, relation_name(key.schema, key.name)},
                frees=schema_of(key) | freed(context, was.uses),
                rank=rank.DROP_TYPE,
            )
        case Alter(before=Domain() as was, after=Domain() as it) if key in context.replaced:
            reason = f"{was.type.text} → {it.type.text}" if was.type != it.type else "differs in what it cannot change"
            made = _create(context, it, reason)
            yield from succession(context, key, reason, replace(made, hazards=_narrowing(was, it)))
            yield from _rest(context, it)
        case Alter(before=Domain() as was, after=Domain() as it):
            yield from _altered(context, was, it)


def _create(context: Context, it: Domain, reason: str) -> Step:
    words = [f"CREATE DOMAIN {qualified(it.key)} AS {it.type.text}"]
    if it.collation:
        words.append(f"COLLATE {it.collation}")
    if it.default is not None:
        words.append(f"DEFAULT {default_clause(it.default.text)}")
    if not it.nullable:
        words.append("NOT NULL")
    words += [_check(c) for c in it.constraints if c.validated]
    return context.step(
        " ".join(words),
        it.key,
        "create",
        reason,
        creates={it.key, relation_name(it.schema, it.name), *(it.child(c.name) for c in it.constraints if c.validated)},
        needs=schema_of(it.key) | needed(context, it.uses),
        rank=rank.TYPE,
    )


def _check(it: Check) -> str:
    return f"CONSTRAINT {quoted(it.name)} CHECK ({it.expression.text})"


def _rest(context: Context, it: Domain) -> Iterator[Step]:
    """What CREATE DOMAIN cannot say."""
    for check in it.constraints:
        if not check.validated:
            yield _add(context, it, check)
    yield from comment(context, it.key, it.comment)
    for check in it.constraints:
        if check.comment is not None:
            yield _comment(context, it, check)


def _narrowing(was: Domain, it: Domain) -> tuple[Warning_, ...]:
    if was.type == it.type or retype(was.type.text, it.type.text).lossless:
        return ()
    if was.type.uses is not None and was.type.uses.name.endswith("__old"):
        return ()  # what is lost there is told of by the type beneath
    message = f"not every value of {was.type.text} fits {it.type.text}: values can be lost, or the step fail"
    return (Warning_(hazard=Hazard.NARROWS_TYPE, message=message),)


def _altered(context: Context, was: Domain, it: Domain) -> Iterator[Step]:
    if was.default != it.default:
        yield _set_default(context, was, it)
    if was.nullable and not it.nullable:
        tight = _alter(context, it, "SET NOT NULL", "NULL is not desired", creates=frozenset({it.key}))
        yield _scanning(context, tight)
    elif it.nullable and not was.nullable:
        yield _alter(context, it, "DROP NOT NULL", "NULL is desired")
    yield from _checks(context, was, it)
    if was.comment != it.comment:
        yield from comment(context, it.key, it.comment, always=True)


def _alter(
    context: Context,
    it: Domain,
    clause: str,
    reason: str,
    *,
    action: Action = "alter",
    key: ObjectKey | None = None,
    uses: Expression | None = None,
    frees: Expression | None = None,
    creates: frozenset[ObjectKey] = frozenset(),
    destroys: frozenset[ObjectKey] = frozenset(),
    at: int = rank.ALTER,
) -> Step:
    # A check or NOT NULL can be added once composites that hold values of it are no more in tables; one of their columns
    # that is to be of the domain itself then does not wait for that.
    within = _columns_within(context, it.key) if creates else []
    if any(_is_of(context.tables, column, it.key) for column in within):
        creates -= {it.key}
    return context.step(
        f"ALTER DOMAIN {qualified(it.key)} {clause}",
        key or it.key,
        action,
        reason,
        creates=creates,
        destroys=destroys,
        follows=within,
        needs=({it.key} & context.created) | (needed(context, uses.uses) if uses is not None else set()),
        frees=_let_go(context, frees) if frees is not None else (),
        rank=at,
    )


def _let_go(context: Context, it: Expression) -> frozenset[ObjectKey]:
    """What an expression rested on. Routines are mentioned by name alone: the live ones of that name."""
    routines = {o.key for o in context.actual.objects if any(called(o.key, k) for k in it.uses)}
    return frozenset(it.uses) | routines


def _set_default(context: Context, was: Domain, it: Domain) -> Step:
    if it.default is None:
        return _alter(context, it, "DROP DEFAULT", "no default is desired", frees=was.default)
    reason = "another default" if was.default is not None else "a default is desired"
    return _alter(context, it, f"SET DEFAULT {it.default.text}", reason, uses=it.default, frees=was.default)


def _checks(context: Context, was: Domain, it: Domain) -> Iterator[Step]:
    old, new = {c.name: c for c in was.constraints}, {c.name: c for c in it.constraints}
    going = [c for n, c in old.items() if n not in new]
    coming = [c for n, c in new.items() if n not in old]
    for check in list(coming):
        twin = next((c for c in going if _bare(c) == _bare(check)), None)
        if twin is not None:
            going.remove(twin)
            coming.remove(check)
            yield _rename(context, it, twin, check)
            if twin.comment != check.comment:
                yield _comment(context, it, check)
    for check in going:
        yield _drop(context, it, check)
    for check in coming:
        yield _add(context, it, check)
        if check.comment is not None:
            yield _comment(context, it, check)
    for name in old.keys() & new.keys():
        yield from _check_altered(context, it, old[name], new[name])


def _bare(it: Check) -> Check:
    return replace(it, name="", comment=None)


def _check_altered(context: Context, it: Domain, old: Check, new: Check) -> Iterator[Step]:
    if replace(old, validated=new.validated, comment=new.comment) != new or (old.validated and not new.validated):
        yield _drop(context, it, old)
        yield _add(context, it, new)
        if new.comment is not None:
            yield _comment(context, it, new)
        return
    if new.validated and not old.validated:
        step = _alter(
            context, it, f"VALIDATE CONSTRAINT {quoted(new.name)}", "is to be validated", key=it.child(new.name)
        )
        yield _scanning(context, step)
    if old.comment != new.comment:
        yield _comment(context, it, new)


def _add(context: Context, it: Domain, check: Check) -> Step:
    step = _alter(
        context,
        it,
        f"ADD {_check(check)}{'' if check.validated else ' NOT VALID'}",
        "new constraint",
        action="create",
        key=it.child(check.name),
        uses=check.expression,
        creates=frozenset({it.child(check.name)}) | _awaited(context, it, check),
        at=rank.CONSTRAINT,
    )
    return _scanning(context, step) if check.validated else step


def _awaited(context: Context, it: Domain, check: Check) -> frozenset[ObjectKey]:
    """The domain, for what is of it to come after its check: the server can add none where composites hold values.

    Not where the check calls a routine, which may itself be of the domain.
    """
    calls = any(called(o.key, key) for o in context.desired.objects for key in check.expression.uses)
    return frozenset() if calls or it.key in context.created else frozenset({it.key})


def _drop(context: Context, it: Domain, check: Check) -> Step:
    return _alter(
        context,
        it,
        f"DROP CONSTRAINT {quoted(check.name)}",
        "differs, or is not desired",
        action="drop",
        key=it.child(check.name),
        frees=check.expression,
        destroys=frozenset({it.child(check.name)}),
        at=rank.DROP_CONSTRAINT,
    )


def _rename(context: Context, it: Domain, old: Check, new: Check) -> Step:
    return _alter(
        context,
        it,
        f"RENAME CONSTRAINT {quoted(old.name)} TO {quoted(new.name)}",
        "the same under another name",
        action="rename",
        key=it.child(old.name),
        creates=frozenset({it.child(new.name)}),
        destroys=frozenset({it.child(old.name)}),
        at=rank.RENAME,
    )


def _comment(context: Context, it: Domain, check: Check) -> Step:
    value = "NULL" if check.comment is None else literal(check.comment).strip()
    return context.step(
        f"COMMENT ON CONSTRAINT {quoted(check.name)} ON DOMAIN {qualified(it.key)} IS {value}",
        it.child(check.name),
        "comment",
        "no comment is desired" if check.comment is None else "comment differs",
        needs={it.child(check.name)},
        rank=rank.COMMENT,
    )


def _scanning(context: Context, step: Step) -> Step:
    """The step with what it costs each table that holds values of the domain."""
    owner = ObjectKey(kind=Kind.TYPE, schema=step.key.schema, name=step.key.table or step.key.name)
    held = tables_holding(context, owner)
    if not held:
        return step
    locks, hazards = context.cost("check_domain", others={"holders": held}, read=held)
    return replace(step, locks=locks, hazards=hazards)


def tables_holding(context: Context, key: ObjectKey) -> list[ObjectKey]:
    """The live tables with a column of a type, or of a type over it."""
    return list(dict.fromkeys(owning_table(column) for column in columns_holding(context, key)))


def _columns_within(context: Context, key: ObjectKey) -> list[ObjectKey]:
    """The live columns that hold values of a domain within others."""
    return [column for column in columns_holding(context, key) if not _is_of(context.live, column, key)]


def _is_of(tables: Mapping[ObjectKey, Table], column: ObjectKey, domain: ObjectKey) -> bool:
    """Whether a column is of the domain itself."""
    table = tables.get(owning_table(column))
    found = table.column(column.name) if table is not None else None
    return found is not None and found.type.uses == domain


def columns_holding(context: Context, key: ObjectKey) -> list[ObjectKey]:
    """The live columns of a type, or of a type over it."""
    keys = {key}
    types = [o for o in context.actual.objects if isinstance(o, UserType)]
    grew = True
    while grew:
        more = {o.key for o in types if any(data.uses in keys for data in beneath(o))} - keys
        keys |= more
        grew = bool(more)
    return [
        column_key(table.key, column.name)
        for table in context.actual.tables()
        for column in table.columns
        if column.type.uses in keys
    ]
