"""What the desired text leaves open and only the live database can tell: schemas of types, names of sequences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace

from schemactl.errors import Place, SourceError, UnknownTypeError
from schemactl.model import (
    Aggregate,
    Catalog,
    Column,
    Composite,
    Constraint,
    DataType,
    Definition,
    Desired,
    Domain,
    Exclusion,
    Expression,
    Extension,
    Index,
    IndexPart,
    Kind,
    ObjectKey,
    Policy,
    Range,
    Routine,
    SchemaObject,
    Sequence,
    Table,
    View,
)
from schemactl_postgres.canonical.catalog import context_of, table_of
from schemactl_postgres.canonical.expression import canonical
from schemactl_postgres.canonical.moments import settled_moment
from schemactl_postgres.canonical.nulls import NULL, stores_null
from schemactl_postgres.canonical.policies import policy_of
from schemactl_postgres.canonical.resolve import Context
from schemactl_postgres.extensions import refuse_unavailable
from schemactl_postgres.indexed import as_table, with_indexes
from schemactl_postgres.options import PartOptions
from schemactl_postgres.read.strangers import with_dialect
from schemactl_postgres.roles import settled_roles
from schemactl_postgres.settle_definitions import settled_definition
from schemactl_postgres.settle_not_null import settled_not_nulls
from schemactl_postgres.settle_privileges import named, settled_privileges
from schemactl_postgres.settle_routines import settled_routine
from schemactl_postgres.settle_types import settled_type
from schemactl_postgres.sql import literal, qualified, quoted


def settle(desired: Desired, actual: Catalog) -> Catalog:
    """The desired catalog with types resolved, and with what was left to the server taken from `actual`.

    Raises UnknownTypeError, with the column's place, for a type that neither side knows. A type that a new extension
    may bring stays as it was written.
    """
    desired = replace(desired, catalog=settled_roles(desired, actual))
    refuse_unavailable(desired, actual)
    live, stated = actual.by_key(), desired.catalog.by_key()
    renamed = _renamed_sequences(desired.catalog, actual)
    types = _Types(desired, actual)
    classes = _operator_classes(actual)
    objects: list[SchemaObject] = []
    for found in desired.catalog.objects:
        twin = live.get(found.key)
        if isinstance(found, Table):
            other_table = twin if isinstance(twin, Table) else None
            objects.append(_in_live_order(_table(found, other_table, types, renamed, classes), other_table))
        elif isinstance(found, Composite | Domain | Range):
            objects.append(settled_type(found, twin, types.resolved))
        elif isinstance(found, View):
            other = as_table(twin) if isinstance(twin, View) else None
            indexes = tuple(_index(i, other, classes) for i in found.indexes)
            objects.append(with_indexes(found, replace(as_table(found), indexes=indexes)))
        elif isinstance(found, Definition):
            objects.append(settled_definition(found, stated, live, types.resolved))
        elif isinstance(found, Routine | Aggregate):
            objects.append(settled_routine(found, types.resolved))
        elif isinstance(found, Sequence) and found.key in renamed:
            key = renamed[found.key]
            objects.append(replace(found, schema=key.schema, name=key.name))
        elif isinstance(found, Extension) and isinstance(twin, Extension):
            objects.append(
                replace(
                    found,
                    schema=twin.schema if found.schema is None else found.schema,
                    version=twin.version if found.version is None else found.version,
                    # Every extension brings a comment of its own.
                    comment=twin.comment if found.comment is None else found.comment,
                )
            )
        else:
            objects.append(found)
    before, after = desired.catalog.by_key(), {o.key: o for o in objects}
    objects = [_policy(o, before.get(o.on), after.get(o.on), actual) if isinstance(o, Policy) else o for o in objects]
    objects = settled_not_nulls(objects, actual)
    objects = settled_privileges(objects, renamed, desired, actual)
    return replace(desired.catalog, objects=tuple(sorted(objects, key=lambda o: o.key)))


def _policy(policy: Policy, before: SchemaObject | None, after: SchemaObject | None, actual: Catalog) -> Policy:
    """The policy for whoever it is that is asking, among the settled types of its table."""
    policy = replace(policy, roles=tuple(sorted(named(role, actual) for role in policy.roles)))
    if isinstance(after, Table) and after != before:
        return policy_of(policy, context_of(after, {}, ""))
    return policy


class _Types:
    """Finds the schema of a type that was written without one."""

    def __init__(self, desired: Desired, actual: Catalog) -> None:
        self.places: Mapping[ObjectKey, Place] = desired.places
        self.domains = {o.key for o in (*actual.objects, *desired.catalog.objects) if isinstance(o, Domain)}
        self.schemas: defaultdict[str, set[str]] = defaultdict(set)
        for o in (*desired.catalog.objects, *actual.objects):
            if o.key.kind in (Kind.TYPE, Kind.TABLE, Kind.VIEW):
                self.schemas[o.key.name].add(o.key.schema)
            if isinstance(o, Range):
                self.schemas[o.multirange].add(o.schema)
        for schema, name in actual.known_types:
            self.schemas[name].add(schema)
        wanted = {o.key for o in desired.catalog.objects if isinstance(o, Extension)}
        self.pending = bool(wanted - {o.key for o in actual.objects})

    def resolved(self, data: DataType, owner: ObjectKey) -> DataType:
        """`data` with its schema. `owner` is the column, the type or the routine that is of it."""
        if data.uses is None or data.uses.schema:
            return data
        name = data.uses.name
        schemas = self.schemas.get(name, set())
        if "public" in schemas:
            schema = "public"
        elif len(schemas) == 1:
            schema = next(iter(schemas))
        elif self.pending and not schemas:
            return data
        else:
            raise self.unknown(owner, name, schemas)
        key = replace(data.uses, schema=schema)
        # modifiers and [] follow the name
        return DataType(text=qualified(key) + data.text.removeprefix(quoted(name)), uses=key)

    def is_domain(self, key: ObjectKey) -> bool:
        """Of an extension's type nobody knows; it is taken for none."""
        return key in self.domains

    def unknown(self, owner: ObjectKey, name: str, schemas: set[str]) -> SourceError:
        if schemas:
            message = f"the type {name} of {owner} is in more than one schema: {', '.join(sorted(schemas))}"
            hint = "write the schema before the type's name"
        else:
            message = f"the type {name} of {owner} is not known"
            hint = "correct its name, or create it; a type of an extension needs CREATE EXTENSION"
        place = self.places.get(owner) or (self.places.get(owner.parent) if owner.parent else None)
        return with_dialect(UnknownTypeError(message, place=place, subject=owner.path, hint=hint))


def _table(
    table: Table,
    live: Table | None,
    types: _Types,
    renamed: Mapping[ObjectKey, ObjectKey],
    classes: Callable[[str, str | None], str],
) -> Table:
    columns = tuple(_column(table, column, live, types, renamed) for column in table.columns)
    constraints = tuple(_constraint(c, classes) for c in table.constraints)
    indexes = tuple(_index(i, live, classes) for i in table.indexes)
    if columns == table.columns and constraints == table.constraints and indexes == table.indexes:
        return table
    settled = replace(table, columns=columns, constraints=constraints, indexes=indexes)
    if columns == table.columns:
        return settled
    # Canonical text rests on the types of columns. A sequence's schema was settled when the text was read.
    fresh = table_of(settled, {}, "")
    kept = tuple(
        replace(new, default=old.default) if old.default is not None and _mentions_sequence(old.default) else new
        for old, new in zip(columns, fresh.columns, strict=True)
    )
    return replace(fresh, columns=kept)


def _in_live_order(table: Table, live: Table | None) -> Table:
    """Columns that are there stay where they are, and new ones come last: the server can put them nowhere else.

    A view that takes all columns sees them in that order.
    """
    if live is None:
        return table
    place = {column.name: number for number, column in enumerate(live.columns)}
    columns = tuple(sorted(table.columns, key=lambda column: place.get(column.name, len(place))))
    return table if columns == table.columns else replace(table, columns=columns)


def _column(
    table: Table, column: Column, live: Table | None, types: _Types, renamed: Mapping[ObjectKey, ObjectKey]
) -> Column:
    data = types.resolved(column.type, table.child(Kind.COLUMN, column.name))
    if data is not column.type:
        column = replace(column, type=data)
    twin = live.column(column.name) if live is not None else None
    if column.identity is not None and column.identity.sequence is None and twin is not None and twin.identity:
        column = replace(column, identity=replace(column.identity, sequence=twin.identity.sequence))
    if column.default is not None and column.default.canonical == NULL and twin is not None and twin.default is None:
        # Known is here what a type is, but for one of an extension: of those, the server tells what it stores.
        column = column if stores_null(column.type, types.is_domain) else replace(column, default=None)
    if column.default is not None:
        for key in column.default.uses:
            if key in renamed:
                return replace(column, default=nextval(renamed[key]))
        column = replace(column, default=settled_moment(column.default, twin.default if twin is not None else None))
    return column


def nextval(key: ObjectKey) -> Expression:
    """The default that SERIAL makes."""
    text = f"nextval({literal(qualified(key)).strip()}::regclass)"
    return Expression(text=text, canonical=canonical(text, Context({}, "", "", {}), None).text, uses=(key,))


def _mentions_sequence(expression: Expression) -> bool:
    return any(key.kind is Kind.SEQUENCE for key in expression.uses)


def _renamed_sequences(desired: Catalog, actual: Catalog) -> dict[ObjectKey, ObjectKey]:
    """SERIAL's sequences that are live under another name: the only one that belongs to the same column."""
    owned: defaultdict[ObjectKey, list[ObjectKey]] = defaultdict(list)
    for o in actual.objects:
        if isinstance(o, Sequence) and o.owned_by is not None:
            owned[o.owned_by].append(o.key)
    taken = {o.key for o in desired.objects}
    found = {}
    for o in desired.objects:
        if isinstance(o, Sequence) and o.generated_name and o.owned_by is not None:
            live = owned.get(o.owned_by, [])
            if len(live) == 1 and live[0] not in taken:
                found[o.key] = live[0]
    return found


def _operator_classes(actual: Catalog) -> Callable[[str, str | None], str]:
    """Qualifies an operator class: as the live index has it, else as the only one of that name that is in use."""
    in_use: set[str] = set()
    indexed = [*actual.tables(), *(as_table(o) for o in actual.objects if isinstance(o, View))]
    for table in indexed:
        for owner in (*table.indexes, *table.constraints):
            if isinstance(owner, Index | Exclusion):
                in_use |= {name for part in owner.parts if (name := _opclass(part)) is not None and "." in name}

    def find(name: str, live: str | None) -> str:
        if live is not None and live.endswith("." + name):
            return live
        found = [other for other in in_use if other.endswith("." + name)]
        return found[0] if len(found) == 1 else name

    return find


def _opclass(part: IndexPart) -> str | None:
    return part.options.opclass if isinstance(part.options, PartOptions) else None


def _index(index: Index, live: Table | None, classes: Callable[[str, str | None], str]) -> Index:
    if all(_opclass(part) is None for part in index.parts):
        return index
    twin = next((i for i in live.indexes if i.name == index.name), None) if live is not None else None
    names = [_opclass(part) for part in twin.parts] if twin is not None else []
    names += [None] * (len(index.parts) - len(names))
    parts = tuple(_part(part, other, classes) for part, other in zip(index.parts, names, strict=False))
    return replace(index, parts=parts)


def _constraint(constraint: Constraint, classes: Callable[[str, str | None], str]) -> Constraint:
    if not isinstance(constraint, Exclusion):
        return constraint
    return replace(constraint, parts=tuple(_part(part, None, classes) for part in constraint.parts))


def _part(part: IndexPart, live: str | None, classes: Callable[[str, str | None], str]) -> IndexPart:
    name = _opclass(part)
    if name is None or "." in name or not isinstance(part.options, PartOptions):
        return part
    return replace(part, options=replace(part.options, opclass=classes(name, live)))
