"""The catalogue queries: which file a server version gets, and what a row of each holds.

The fields of a row class are the columns of its query, by name and in order; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Generic, NamedTuple, TypeVar

Names = list[str]


class SchemaRow(NamedTuple):
    oid: int
    name: str
    comment: str | None
    of_extension: bool


class ExtensionRow(NamedTuple):
    name: str
    schema: str
    version: str
    comment: str | None


class TypeRow(NamedTuple):
    schema: str
    name: str
    enum_values: Names | None
    comment: str | None


class CollationRow(NamedTuple):
    schema: str
    name: str
    provider: str
    locale: str | None
    lc_collate: str | None
    lc_ctype: str | None
    deterministic: bool
    rules: str | None
    comment: str | None


class DefinitionRow(NamedTuple):
    catalogue: str
    oid: int
    kind: str
    schema: str
    name: str
    method: str
    types: Names | None
    type_schemas: list[str | None] | None
    type_names: list[str | None] | None
    names: Names
    values: list[str | None]
    comment: str | None


class DefinitionUseRow(NamedTuple):
    catalogue: str
    of: int
    above: bool
    kind: str
    schema: str
    on_table: str
    name: str


class CompositeRow(NamedTuple):
    oid: int
    schema: str
    name: str
    comment: str | None
    attribute: str | None
    type: str | None
    element_schema: str | None
    element_name: str | None
    collation_schema: str | None
    collation_name: str | None
    attribute_comment: str | None


class DomainRow(NamedTuple):
    oid: int
    schema: str
    name: str
    type: str
    element_schema: str | None
    element_name: str | None
    not_null: bool
    expression: str | None
    collation_schema: str | None
    collation_name: str | None
    comment: str | None


class DomainCheckRow(NamedTuple):
    domain: int
    name: str
    type: str
    validated: bool
    expression: str | None
    comment: str | None


class RangeRow(NamedTuple):
    schema: str
    name: str
    subtype: str
    element_schema: str | None
    element_name: str | None
    multirange: str
    opclass_schema: str | None
    opclass_name: str | None
    collation_schema: str | None
    collation_name: str | None
    canonical_schema: str | None
    canonical_name: str | None
    difference_schema: str | None
    difference_name: str | None
    comment: str | None


class StatisticsRow(NamedTuple):
    schema: str
    name: str
    table_schema: str
    table_name: str
    kinds: Names
    columns: Names
    expressions: Names | None
    target: int | None
    comment: str | None


class TypeUseRow(NamedTuple):
    schema: str
    name: str
    kind: str
    used_schema: str
    used_name: str


class SequenceRow(NamedTuple):
    schema: str
    name: str
    type: str
    start: int
    increment: int
    minimum: int
    maximum: int
    cache: int
    cycle: bool
    unlogged: bool
    comment: str | None
    dependency: str | None
    owner: int | None
    owner_position: int | None
    owner_table: str | None
    owner_column: str | None


class TableRow(NamedTuple):
    oid: int
    schema: str
    name: str
    leaving: bool
    bound: str | None
    parent_schemas: Names
    parent_names: Names
    of_schema: str | None
    of_name: str | None
    unlogged: bool
    storage: Names | None
    toast_storage: Names | None
    has_toast: bool
    access_method: str | None
    row_security: bool
    force_row_security: bool
    replica_identity: str
    in_tablespace: bool
    foreign_server: str | None
    foreign_options: Names | None
    comment: str | None


class ColumnRow(NamedTuple):
    relation: int
    position: int
    name: str
    type: str
    element_schema: str | None
    element_name: str | None
    not_null: bool
    own: bool
    identity: str | None
    generated: str | None
    expression: str | None
    collation_schema: str | None
    collation_name: str | None
    storage: str | None
    compression: str | None
    statistics: int | None
    settings: Names | None
    foreign_options: Names | None
    comment: str | None


class ConstraintRow(NamedTuple):
    relation: int
    name: str
    type: str
    index_oid: int
    inherited: bool
    own: bool
    columns: list[int] | None
    referenced_schema: str | None
    referenced_table: str | None
    referenced_columns: Names | None
    on_update: str
    on_delete: str
    on_delete_columns: list[int] | None
    match: str
    deferrable: bool
    initially_deferred: bool
    validated: bool
    enforced: bool
    temporal: bool
    no_inherit: bool
    expression: str | None
    operators: Names | None
    comment: str | None


class IndexRow(NamedTuple):
    oid: int
    relation: int
    name: str
    inherited: bool
    is_unique: bool
    valid: bool
    method: str
    nulls_not_distinct: bool
    storage: Names | None
    predicate: str | None
    definition: str | None
    clustered: bool
    replica_identity: bool
    in_tablespace: bool
    extensions: Names
    comment: str | None


class PartRow(NamedTuple):
    index_oid: int
    included: bool
    column: str | None
    expression: str | None
    collation_schema: str | None
    collation_name: str | None
    opclass_schema: str | None
    opclass_name: str | None
    opclass_parameters: Names | None
    descending: bool
    nulls_first: bool
    statistics: int | None


class DefaultPrivilegeRow(NamedTuple):
    role: str
    schema: str
    letter: str
    to_public: bool | None
    grantee: str | None
    privilege: str | None
    grantable: bool | None


class PolicyRow(NamedTuple):
    schema: str
    on_table: str
    name: str
    permissive: bool
    command: str
    roles: list[str | None]
    using: str | None
    check: str | None
    comment: str | None
    uses: list[Names]


class PrivilegeRow(NamedTuple):
    kind: str
    schema: str
    name: str
    owner: str
    listed: bool
    to_public: bool | None
    grantee: str | None
    privilege: str | None
    on_column: str | None
    grantable: bool | None
    by_owner: bool | None
    owning_table: str | None
    owning_column: str | None


class SurroundingsRow(NamedTuple):
    role: str
    session_role: str
    major: int
    roles: Names
    extensions: Names
    steady: Names
    volatile: Names


class PartitionKeyRow(NamedTuple):
    relation: int
    method: str
    definition: str
    column: str | None
    expressions: str | None
    collation_schema: str | None
    collation_name: str | None
    opclass_schema: str | None
    opclass_name: str | None


class RoutineRow(NamedTuple):
    oid: int
    schema: str
    name: str
    kind: str
    language: str
    modes: Names | None
    names: list[str | None] | None
    types: Names | None
    type_schemas: list[str | None] | None
    type_names: list[str | None] | None
    defaults: list[str | None] | None
    returns: str
    returns_schema: str | None
    returns_name: str | None
    returns_set: bool
    volatility: str
    strict: bool
    security_definer: bool
    leakproof: bool
    parallel: str
    cost: float
    rows: float
    support_schema: str | None
    support: str | None
    settings: Names | None
    body: str | None
    library: str | None
    sql_body: str | None
    has_transforms: bool
    extensions: Names
    comment: str | None


class AggregateRow(NamedTuple):
    oid: int
    schema: str
    name: str
    kind: str
    direct: int
    modes: Names | None
    names: list[str | None] | None
    types: Names | None
    type_schemas: list[str | None] | None
    type_names: list[str | None] | None
    option_names: Names
    option_values: Names
    comment: str | None


class TriggerRow(NamedTuple):
    oid: int
    schema: str
    on_table: str
    on_view: bool
    name: str
    type: int
    columns: Names
    old_table: str | None
    new_table: str | None
    definition: str | None
    function_schema: str
    function_name: str
    argument_count: int
    arguments: str
    is_constraint: bool
    deferrable: bool
    initially_deferred: bool
    referenced_schema: str | None
    referenced_table: str | None
    enabled: str
    extensions: Names
    comment: str | None


class EventTriggerRow(NamedTuple):
    oid: int
    name: str
    event: str
    tags: Names
    function_schema: str
    function_name: str
    enabled: str
    comment: str | None


class PublicationRow(NamedTuple):
    name: str
    all_tables: bool
    schemas: Names
    publish: Names
    via_partition_root: bool
    generated_columns: str
    comment: str | None


class PublishedTableRow(NamedTuple):
    schema: str
    on_table: str
    name: str
    columns: Names
    filter: str | None
    uses: Names


class ForeignWrapperRow(NamedTuple):
    name: str
    handler_schema: str | None
    handler: str | None
    validator_schema: str | None
    validator: str | None
    settings: Names | None
    comment: str | None


class ForeignServerRow(NamedTuple):
    name: str
    wrapper: str
    extension: str | None
    type: str | None
    version: str | None
    settings: Names | None
    comment: str | None


class UnmanagedRow(NamedTuple):
    name: str
    what: str
    on_server: str | None


class UseRow(NamedTuple):
    catalogue: str
    of: int
    kind: str
    schema: str
    on_table: str
    name: str


class OutsiderRow(NamedTuple):
    what: str
    pins: bool
    kind: str
    schema: str
    on_table: str
    name: str


class UnsupportedRow(NamedTuple):
    kind: str
    schema: str
    on_table: str
    name: str
    what: str


class RuleRow(NamedTuple):
    relation: int
    schema: str
    on_table: str
    name: str
    event: str
    on_view: bool
    definition: str
    enabled: str
    refused: str | None
    comment: str | None


class ViewRow(NamedTuple):
    oid: int
    schema: str
    name: str
    materialized: bool
    query: str
    with_data: bool
    storage: Names | None
    toast_storage: Names | None
    has_toast: bool
    access_method: str | None
    in_tablespace: bool
    extensions: Names
    comment: str | None


class ViewColumnRow(NamedTuple):
    relation: int
    name: str
    type: str
    collation_schema: str | None
    collation_name: str | None
    refused: str | None
    comment: str | None


class ViewUseRow(NamedTuple):
    relation: int
    rule: str
    kind: str
    schema: str
    on_table: str
    name: str


Row = TypeVar("Row", bound=tuple[object, ...])


@dataclass(frozen=True, slots=True)
class Query(Generic[Row]):
    """A query and its row. `variants`: from which major version on a file is right, the newest first."""

    row: type[Row]
    variants: tuple[tuple[int, str], ...]

    def file(self, major: int) -> str:
        return next(name for since, name in self.variants if major >= since)

    def sql(self, major: int) -> str:
        return _text(self.file(major))


@cache
def _text(file: str) -> str:
    return files("schemactl_postgres").joinpath("queries", file).read_text(encoding="utf-8")


SCHEMAS = Query(SchemaRow, ((0, "schemas.sql"),))
EXTENSIONS = Query(ExtensionRow, ((0, "extensions.sql"),))
TYPES = Query(TypeRow, ((0, "types.sql"),))
COLLATIONS = Query(CollationRow, ((0, "collations.sql"),))
DEFINITIONS = Query(DefinitionRow, ((0, "definitions.sql"),))
DEFINITION_USES = Query(DefinitionUseRow, ((0, "definition_uses.sql"),))
COMPOSITES = Query(CompositeRow, ((0, "composites.sql"),))
DOMAINS = Query(DomainRow, ((0, "domains.sql"),))
DOMAIN_CONSTRAINTS = Query(DomainCheckRow, ((0, "domain_constraints.sql"),))
RANGES = Query(RangeRow, ((0, "ranges.sql"),))
STATISTICS = Query(StatisticsRow, ((0, "statistics.sql"),))
TYPE_USES = Query(TypeUseRow, ((0, "type_uses.sql"),))
SEQUENCES = Query(SequenceRow, ((0, "sequences.sql"),))
TABLES = Query(TableRow, ((0, "tables.sql"),))
COLUMNS = Query(ColumnRow, ((0, "columns.sql"),))
CONSTRAINTS = Query(ConstraintRow, ((18, "constraints_18.sql"), (15, "constraints_15.sql"), (0, "constraints_14.sql")))
FOREIGN_SERVERS = Query(ForeignServerRow, ((0, "foreign_servers.sql"),))
FOREIGN_WRAPPERS = Query(ForeignWrapperRow, ((0, "foreign_wrappers.sql"),))
INDEXES = Query(IndexRow, ((15, "indexes_15.sql"), (0, "indexes_14.sql")))
INDEX_PARTS = Query(PartRow, ((0, "index_parts.sql"),))
DEFAULT_PRIVILEGES = Query(DefaultPrivilegeRow, ((0, "default_privileges.sql"),))
OUTSIDERS = Query(OutsiderRow, ((0, "outsiders.sql"),))
POLICIES = Query(PolicyRow, ((0, "policies.sql"),))
PRIVILEGES = Query(PrivilegeRow, ((0, "privileges.sql"),))
PUBLICATIONS = Query(PublicationRow, ((15, "publications_15.sql"), (0, "publications_14.sql")))
PUBLISHED_TABLES = Query(PublishedTableRow, ((15, "published_tables_15.sql"), (0, "published_tables_14.sql")))
SURROUNDINGS = Query(SurroundingsRow, ((0, "surroundings.sql"),))
PARTITION_KEYS = Query(PartitionKeyRow, ((0, "partition_keys.sql"),))
ROUTINES = Query(RoutineRow, ((0, "routines.sql"),))
AGGREGATES = Query(AggregateRow, ((0, "aggregates.sql"),))
TRIGGERS = Query(TriggerRow, ((0, "triggers.sql"),))
EVENT_TRIGGERS = Query(EventTriggerRow, ((0, "event_triggers.sql"),))
ROUTINE_USES = Query(UseRow, ((0, "routine_uses.sql"),))
UNMANAGED = Query(UnmanagedRow, ((0, "unmanaged.sql"),))
UNSUPPORTED = Query(UnsupportedRow, ((0, "unsupported.sql"),))
UNSUPPORTED_ANYWHERE = Query(UnsupportedRow, ((0, "unsupported_anywhere.sql"),))
RULES = Query(RuleRow, ((0, "rules.sql"),))
VIEWS = Query(ViewRow, ((0, "views.sql"),))
VIEW_COLUMNS = Query(ViewColumnRow, ((0, "view_columns.sql"),))
VIEW_USES = Query(ViewUseRow, ((0, "view_uses.sql"),))
