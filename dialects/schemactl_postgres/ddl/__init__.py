"""Changes into statements: all DDL of this dialect is made in this package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schemactl.changes import Alter, Change, Create, Drop, Rename
from schemactl.dialect import Server
from schemactl.errors import InternalError
from schemactl.manner import Manner
from schemactl.model import (
    Aggregate,
    Catalog,
    Definition,
    EventTrigger,
    ForeignKey,
    Kind,
    ObjectKey,
    Routine,
    Table,
    Trigger,
    View,
)
from schemactl.model import Sequence as SequenceObject
from schemactl.steps import Step
from schemactl_postgres.ddl import (
    columns,
    constraints,
    foreign,
    indexes,
    objects,
    policies,
    privileges,
    publications,
    reach,
    roles,
    routine_names,
    routines,
    rules,
    tables,
    triggers,
    views,
)
from schemactl_postgres.ddl.altered_definitions import is_replaced as is_definition_replaced
from schemactl_postgres.ddl.collations import collation
from schemactl_postgres.ddl.comments import comment
from schemactl_postgres.ddl.context import Context, column_key
from schemactl_postgres.ddl.defined import definition, linked, ordered_definitions
from schemactl_postgres.ddl.definition_changes import (
    refuse_fixed_users,
    shaken,
    users_of,
    with_operator_links,
)
from schemactl_postgres.ddl.dependents import with_dependents
from schemactl_postgres.ddl.heirs_order import with_children
from schemactl_postgres.ddl.inherited import Families, without_followed, without_inherited
from schemactl_postgres.ddl.online.analyze import analyzed
from schemactl_postgres.ddl.online.leftovers import with_leftovers
from schemactl_postgres.ddl.online.names import names_of
from schemactl_postgres.ddl.online.taken import with_taken
from schemactl_postgres.ddl.outsiders import refuse_under_outsiders
from schemactl_postgres.ddl.rebuild import with_rebuilds
from schemactl_postgres.ddl.remade_tables import with_remade_tables
from schemactl_postgres.ddl.renames import hinted_rename
from schemactl_postgres.ddl.replaced_types import with_loosened_domains, with_replaced_types
from schemactl_postgres.ddl.row_checks import with_row_checks
from schemactl_postgres.ddl.statistics import is_made_anew, statistics
from schemactl_postgres.ddl.typed import typed
from schemactl_postgres.ddl.user_types import user_type
from schemactl_postgres.defined import KINDS as DEFINITIONS
from schemactl_postgres.settle_privileges import own_defaults


def steps(
    changes: Sequence[Change], *, desired: Catalog, actual: Catalog, server: Server, manner: Manner
) -> list[Step]:
    """The steps that make the changes, in no order but that of the changes."""
    if not changes:
        return []
    live, goals = {t.key: t for t in actual.tables()}, {t.key: t for t in desired.tables()}
    hinted = without_followed([c for c in changes if isinstance(c, Rename) and c.hinted], live)
    changes = [c for c in changes if not (isinstance(c, Rename) and c.hinted)]
    changes, leftovers = with_leftovers(changes, live, goals)
    changes, operators = with_operator_links(changes, desired, actual, server.version)
    changes, types, made_anew = with_replaced_types(changes, desired=desired, actual=actual)
    made_anew |= operators
    changes = _whole(changes, types, made_anew, desired=desired, actual=actual, server=server)
    refuse_under_outsiders(changes, actual, types | made_anew)
    changes = privileges.with_new_types(changes, types, desired)
    gone = {c.key for c in changes if isinstance(c, Drop) and c.key.kind is Kind.TABLE}
    changes = without_inherited(changes, desired=desired, actual=actual)
    context = Context(
        desired=desired,
        actual=actual,
        server=server,
        manner=manner,
        made=frozenset(c.key for c in changes if isinstance(c, Create) and isinstance(c.after, Table | View)),
        created=frozenset(c.key for c in changes if isinstance(c, Create))
        | types
        | privileges.new_identities(actual, desired),
        dropped=frozenset(c.key for c in changes if isinstance(c, Drop))
        | types
        | privileges.old_identities(actual, desired)
        | gone,  # also partitions, which go with their parents
        circle=_circle(changes, desired, actual),
        replaced=types,
        renamed={c.key: c.new for c in hinted},
        leftovers=leftovers,
        before=actual.by_key(),
        after=desired.by_key(),
        defaults=own_defaults(actual, privileges.asking(actual, desired)),
        live_names=(live_names := frozenset(names_of(live.values()))),
        taken_names=live_names.union(names_of(goals.values())),
        tables=goals,
        live=live,
        views=frozenset(o.key for o in (*desired.objects, *actual.objects) if isinstance(o, View)),
        linked=linked(desired),
        routines=routine_names.by_name(desired),
        kin=reach.kin(desired, actual),
        sequences={o.key: o for o in desired.objects if isinstance(o, SequenceObject)},
    )
    context, changes = with_taken(context, changes)
    going, coming = _go_along(changes), _come_along(context, changes)
    result: list[Step] = [step for change in hinted for step in hinted_rename(context, change)]
    for change in changes:
        if change.key in (going if isinstance(change, Drop) else coming):
            if isinstance(change, Create) and isinstance(change.after, SequenceObject):
                result.extend(comment(context, change.key, change.after.comment))
            continue
        result.extend(_steps(context, change))
    result.extend(_cut_circles(context))
    result.extend(typed(context, changes))
    result.extend(views.clustered_again(context, changes))
    result.extend(privileges.surplus(context))
    result = with_children(ordered_definitions(context, result), desired=desired, actual=actual)
    return [*with_row_checks(context, changes, result), *analyzed(context, changes)]


def _whole(
    changes: Sequence[Change],
    types: frozenset[ObjectKey],
    made_anew: frozenset[ObjectKey],
    *,
    desired: Catalog,
    actual: Catalog,
    server: Server,
) -> list[Change]:
    """The changes with all that must make way for them: parts of tables rest on routines, and routines on tables.

    `types` are those with a successor, `made_anew` those that are dropped and created.
    """
    pulled: frozenset[ObjectKey] = frozenset()
    while True:
        work = with_rebuilds(
            changes, desired=desired, actual=actual, version=server.version, replaced=types, pulled=pulled
        )
        work = with_remade_tables(work, desired=desired, actual=actual)
        work = with_dependents(
            work,
            desired=desired,
            actual=actual,
            replaced=lambda change: change.key in made_anew or is_replaced(change, server.version),
            pulled=types,
        )
        found = routine_names.pulled_routines(work) | shaken(work, users_of(actual))
        if found <= pulled:
            refuse_fixed_users(work, desired, actual)
            return with_loosened_domains(work, desired=desired, actual=actual, spoken_for=types)
        pulled |= found


def _steps(context: Context, change: Change) -> Iterator[Step]:
    match change.key.kind:
        case Kind.COLUMN:
            return columns.column(context, change)
        case Kind.CONSTRAINT:
            return constraints.constraint(context, change)
        case Kind.INDEX:
            return indexes.index(context, change)
        case kind:
            if isinstance(change, Rename):
                raise InternalError(f"no way to rename a {kind}")
            return _OBJECTS[kind](context, change)


_OBJECTS = dict.fromkeys(DEFINITIONS, definition) | {
    Kind.COLLATION: collation,
    Kind.DEFAULT_PRIVILEGES: privileges.default_privileges,
    Kind.EVENT_TRIGGER: triggers.event_trigger,
    Kind.EXTENSION: objects.extension,
    Kind.POLICY: policies.policy,
    Kind.PRIVILEGES: privileges.privileges_on,
    Kind.FOREIGN_SERVER: foreign.server,
    Kind.FOREIGN_WRAPPER: foreign.wrapper,
    Kind.PUBLICATION: publications.publication,
    Kind.PUBLISHED_TABLE: publications.published_table,
    Kind.ROLE: roles.role,
    Kind.ROUTINE: routines.routine,
    Kind.RULE: rules.rule,
    Kind.SCHEMA: objects.schema,
    Kind.SEQUENCE: objects.sequence,
    Kind.STATISTICS: statistics,
    Kind.TABLE: tables.table,
    Kind.TRIGGER: triggers.trigger,
    Kind.TYPE: user_type,
    Kind.VIEW: views.view,
}


def is_replaced(change: Alter, version: tuple[int, ...]) -> bool:
    """Whether an Alter is carried out by dropping and creating."""
    match change:
        case Alter(before=View() as was, after=View() as it):
            return views.is_replaced(was, it)
        case Alter(before=Routine() | Aggregate() as was, after=Routine() | Aggregate() as it):
            return routines.is_replaced(was, it)
        case Alter(before=Definition() as was, after=Definition() as it):
            return is_definition_replaced(was, it, version)
        case Alter(before=Trigger() as was, after=Trigger() as it):
            return triggers.is_replaced(was, it)
        case Alter(before=EventTrigger() as was, after=EventTrigger() as it):
            return triggers.is_event_trigger_replaced(was, it)
        case _:
            return (
                policies.is_replaced(change)
                or foreign.is_replaced(change)
                or publications.is_replaced(change)
                or is_made_anew(change.before, change.after)
            )


def _go_along(changes: Sequence[Change]) -> set[ObjectKey]:
    """What the server drops along with something else: sequences with their column, policies and triggers."""
    dropped = {c.key for c in changes if isinstance(c, Drop)}
    tables_gone = {k for k in dropped if k.kind is Kind.TABLE}
    made = {c.key for c in changes if isinstance(c, Create)}
    gone = {k for k in dropped - made if k.kind is Kind.TRIGGER and k.parent in tables_gone}
    return (
        gone
        | policies.go_along(changes, dropped)
        | publications.go_along(changes, dropped)
        | {
            c.key
            for c in changes
            if isinstance(c, Drop)
            and isinstance(c.before, SequenceObject)
            and c.before.owned_by
            and (c.before.owned_by in dropped or c.before.owned_by.parent in dropped)
        }
    )


def _come_along(context: Context, changes: Sequence[Change]) -> set[ObjectKey]:
    """Sequences that a SERIAL column brings."""
    found = set()
    for change in changes:
        if not isinstance(change, Create):
            continue
        if isinstance(change.after, Table):
            pairs = [(column_key(change.key, c.name), c) for c in change.after.columns]
        elif change.key.kind is Kind.COLUMN:
            pairs = [(change.key, change.after)]  # type: ignore[list-item]
        else:
            continue
        found |= {made[1].key for key, column in pairs if (made := columns.serial_of(context, key, column))}
    return found


def _circle(changes: Sequence[Change], desired: Catalog, actual: Catalog) -> frozenset[ObjectKey]:
    """Tables that all go and refer to each other in a circle, or to such a circle, with their partitions."""
    roots = [c.key for c in changes if isinstance(c, Drop) and isinstance(c.before, Table)]
    families = Families(desired, actual)
    going = {root: [root, *families.dropped_with(root)] for root in roots}
    root_of = {key: root for root, family in going.items() for key in family}
    targets = {
        root: {
            root_of[c.references]
            for key in family
            for c in families.live[key].constraints
            if isinstance(c, ForeignKey) and c.references in root_of
        }
        - {root}
        for root, family in going.items()
    }
    while free := [k for k, after in targets.items() if not after & targets.keys()]:
        for key in free:
            del targets[key]
    return frozenset(key for root in targets for key in going[root])


def _cut_circles(context: Context) -> Iterator[Step]:
    for key in sorted(context.circle):
        table = context.live[key]
        for constraint in table.constraints:
            if isinstance(constraint, ForeignKey) and constraint.references in context.circle - {key}:
                yield constraints.drop(
                    context,
                    table.child(Kind.CONSTRAINT, constraint.name),
                    constraint,
                    reason="its tables refer to each other in a circle",
                )


__all__ = ["steps"]
