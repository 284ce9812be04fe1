"""Domains, composite types and range types."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby

from schemactl.model import Attribute, Check, Composite, Domain, Kind, ObjectKey, Range, Unsupported
from schemactl_postgres.inspect import rows
from schemactl_postgres.inspect.rows import CompositeRow, DomainCheckRow, DomainRow, RangeRow, TypeUseRow
from schemactl_postgres.inspect.session import Snapshot
from schemactl_postgres.inspect.values import data_type, expression, in_sql, optional_expression

Uses = Mapping[tuple[str, str], tuple[ObjectKey, ...]]


def user_types(view: Snapshot) -> tuple[list[Composite | Domain | Range], list[Unsupported]]:
    """The types in scope but enums, and what the model does not hold of them."""
    uses = _uses(view.rows(rows.TYPE_USES))
    domains, refused = _domains(view.rows(rows.DOMAINS), view.rows(rows.DOMAIN_CONSTRAINTS), uses)
    return [*domains, *_composites(view.rows(rows.COMPOSITES), uses), *_ranges(view.rows(rows.RANGES), uses)], refused


def _uses(found: Iterable[TypeUseRow]) -> Uses:
    uses: defaultdict[tuple[str, str], list[ObjectKey]] = defaultdict(list)
    for row in found:
        uses[row.schema, row.name].append(ObjectKey(kind=Kind(row.kind), schema=row.used_schema, name=row.used_name))
    return {owner: tuple(sorted(keys)) for owner, keys in uses.items()}


def _domains(
    found: Iterable[DomainRow], constraints: Iterable[DomainCheckRow], uses: Uses
) -> tuple[list[Domain], list[Unsupported]]:
    checks: defaultdict[int, list[Check]] = defaultdict(list)
    commented: set[int] = set()
    for row in constraints:
        if row.type == "c":
            text = expression(row.expression or "")
            check = Check(name=row.name, expression=text, validated=row.validated, comment=row.comment)
            checks[row.domain].append(check)
        elif row.comment is not None:
            commented.add(row.domain)
    domains: list[Domain] = []
    refused: list[Unsupported] = []
    for it in found:
        domain = Domain(
            schema=it.schema,
            name=it.name,
            type=data_type(it.type, it.element_schema, it.element_name),
            collation=in_sql(it.collation_schema, it.collation_name),
            default=optional_expression(it.expression),
            nullable=not it.not_null,
            constraints=tuple(sorted(checks[it.oid], key=lambda c: c.name)),
            comment=it.comment,
            uses=uses.get((it.schema, it.name), ()),
        )
        domains.append(domain)
        if it.oid in commented:
            refused.append(Unsupported(key=domain.key, what="a comment on a NOT NULL constraint"))
    return domains, refused


def _composites(found: Iterable[CompositeRow], uses: Uses) -> Iterable[Composite]:
    for _, group in groupby(found, key=lambda row: row.oid):
        parts = list(group)
        first = parts[0]
        yield Composite(
            schema=first.schema,
            name=first.name,
            attributes=tuple(_attribute(row) for row in parts if row.attribute is not None),
            comment=first.comment,
            uses=uses.get((first.schema, first.name), ()),
        )


def _attribute(row: CompositeRow) -> Attribute:
    return Attribute(
        name=row.attribute or "",
        type=data_type(row.type or "", row.element_schema, row.element_name),
        collation=in_sql(row.collation_schema, row.collation_name),
        comment=row.attribute_comment,
    )


def _ranges(found: Iterable[RangeRow], uses: Uses) -> Iterable[Range]:
    for row in found:
        yield Range(
            schema=row.schema,
            name=row.name,
            subtype=data_type(row.subtype, row.element_schema, row.element_name),
            multirange=row.multirange,
            opclass=in_sql(row.opclass_schema, row.opclass_name),
            collation=in_sql(row.collation_schema, row.collation_name),
            canonical=in_sql(row.canonical_schema, row.canonical_name),
            subtype_diff=in_sql(row.difference_schema, row.difference_name),
            comment=row.comment,
            uses=uses.get((row.schema, row.name), ()),
        )
