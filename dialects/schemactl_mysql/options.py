"""What only MySQL and MariaDB have, as typed attributes of the model's objects.

A field at its default means "as the server does it when nothing is said"; an Options whose fields are all at their
defaults is never stored: the field of the object is None then. Names of character sets, collations and engines are
in the server's own spelling, lower case but for engines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemactl.model import Expression, IndexPart, Options
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.modes import our_mode, sorted_modes

#: The end of the name of a foreign key of ours whose rows nobody has looked at yet. It is the twin of no other.
UNCHECKED = "__unchecked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings(Options):
    """What the inspector noted of the server: what a text leaves to it, and how it spells things.

    `charset_of` gives the character set of each collation, `collation_of` the default collation of each character set,
    by this session's settings. `collations` are those of the databases by name. `whole_keys_alone`: a foreign key must
    refer to a unique key, and to all of it (MySQL's restrict_fk_on_non_standard_key, from 8.4 on).
    """

    flavour: Flavour
    database: str
    engine: str
    engines: frozenset[str]
    charset_of: Mapping[str, str]
    collation_of: Mapping[str, str]
    widths: Mapping[str, int] = field(default_factory=dict)
    collations: Mapping[str, str] = field(default_factory=dict)
    lower_case_table_names: int = 0
    sql_mode: str = ""
    explicit_timestamps: bool = True
    whole_keys_alone: bool = False

    @property
    def program_mode(self) -> str:
        """The sql_mode that programs are made under, sorted."""
        return sorted_modes(our_mode(self.sql_mode), self.flavour)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaOptions(Options):
    """Of a database. `charset` is only what a text stated: a settled catalog has the collation alone."""

    charset: str | None = None
    collation: str | None = None
    encryption: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions(Options):
    """Of a table. `charset` is only what a text stated: a settled catalog has the collation alone.

    `other` are options that are compared as they stand, by their names in SHOW CREATE TABLE, sorted: KEY_BLOCK_SIZE,
    STATS_PERSISTENT, MAX_ROWS, PAGE_COMPRESSED ... `auto_increment` is where counting starts: it never counts as a
    difference by itself, since the live number moves. `renamed_values` are those of enums and sets that a text tells
    of: (column, old value, new value).
    """

    engine: str | None = None
    charset: str | None = None
    collation: str | None = None
    row_format: str | None = None
    auto_increment: int | None = field(default=None, compare=False)
    other: tuple[tuple[str, str], ...] = ()
    partitioning: Partitioning | None = None
    system_versioned: bool = False
    periods: tuple[Period, ...] = ()
    renamed_values: tuple[tuple[str, str, str], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Options):
    """MariaDB: PERIOD FOR name (begin, end); SYSTEM_TIME or an application-time period."""

    name: str
    begin: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionMethod(Options):
    """How rows are spread: RANGE, RANGE COLUMNS, LIST, LIST COLUMNS, HASH, LINEAR HASH, KEY, LINEAR KEY, SYSTEM_TIME.

    Either an expression or columns; a KEY without columns goes by the primary key. `algorithm` is KEY's, None for the
    server's own. The rest is SYSTEM_TIME's: `interval` as `1 MONTH`, `limit` in rows, `starts` with an empty canonical
    form where the text leaves it to the moment at which the table is made; `auto`: the server adds partitions itself.
    """

    kind: str
    expression: Expression | None = None
    columns: tuple[str, ...] = ()
    algorithm: int | None = None
    interval: str | None = None
    limit: int | None = None
    starts: Expression | None = None
    auto: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition(Options):
    """One partition. `values` are rows of values, one a column: one row for RANGE, any number for LIST, none else.

    `role` is DEFAULT of a LIST, HISTORY or CURRENT of SYSTEM_TIME. `engine` is only what a text stated: all partitions
    have that of their table. `other` are options by their names in SHOW CREATE TABLE, with values in SQL, sorted.
    """

    name: str
    values: tuple[tuple[Expression, ...], ...] = ()
    role: str | None = None
    engine: str | None = None
    other: tuple[tuple[str, str], ...] = ()
    subpartitions: tuple[Partition, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Partitioning(Options):
    """PARTITION BY. `count` stands where partitions are not named; `partitions` then is empty."""

    by: PartitionMethod
    partitions: tuple[Partition, ...] = ()
    count: int | None = None
    sub_by: PartitionMethod | None = None
    sub_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnOptions(Options):
    """Of a column. `charset` and `binary` are only what a text stated: a settled catalog has the collation alone.

    `explicit`: the column states its collation, which MySQL remembers even where the table has the same; None where
    the text leaves that open.
    `on_update` is the expression of ON UPDATE. `storage` and `format` are NDB's and InnoDB's hints. `compressed` and
    `versioned` are MariaDB's, and so is `check`, which a column has for itself; `row` is START or END for a column of GENERATED ALWAYS AS ROW START / END.
    """

    auto_increment: bool = False
    on_update: Expression | None = None
    invisible: bool = False
    srid: int | None = None
    charset: str | None = None
    binary: bool = False
    explicit: bool | None = False
    compressed: str | None = None
    check: Expression | None = None
    versioned: bool | None = None
    row: str | None = None
    other: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexOptions(Options):
    """Of an index or primary key. `method` of the index is btree, hash, fulltext, spatial or vector.

    `parts` are those of a primary key whose columns have a prefix or an order. `invisible` is MySQL's INVISIBLE and
    MariaDB's IGNORED. `spelled` has the `other` ones as they are written, which the server keeps.
    """

    parts: tuple[IndexPart, ...] = ()
    using: str | None = None
    parser: str | None = None
    invisible: bool = False
    key_block_size: int | None = None
    without_overlaps: str | None = None
    other: tuple[tuple[str, str], ...] = ()
    spelled: tuple[tuple[str, str], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOptions(Options):
    """Of one column in an index: how many characters (bytes of binary types) of it are indexed."""

    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewOptions(Options):
    """Of a view. `definer` is None where the text leaves it to whoever creates the view; so of what follows."""

    algorithm: str = "UNDEFINED"
    definer: str | None = None
    invoker: bool = False
    check_option: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Options):
    """Of a routine. `mode` is IN, OUT or INOUT; `collation` is None where the text leaves it to the database."""

    name: str
    type: str
    mode: str = "IN"
    collation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutineOptions(Options):
    """Of a function or procedure. `returns` is a parameter without a name; None for a procedure.

    `written` are the parameters and what is returned as the text has them: the server keeps them so.
    `definer` is None where the text leaves it to whoever creates the routine, `sql_mode` where it leaves it to the
    session; so for triggers and events. Modes stand sorted.
    """

    parameters: tuple[Parameter, ...] = ()
    returns: Parameter | None = None
    written: tuple[str, str] | None = field(default=None, compare=False)
    aggregate: bool = False
    deterministic: bool = False
    data: str = "CONTAINS SQL"
    invoker: bool = False
    definer: str | None = None
    sql_mode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerOptions(Options):
    """`timing`: BEFORE or AFTER; `event`: INSERT, UPDATE or DELETE. `follows` is the trigger of the same kind before it.

    `behind` is that of the text where `follows` is the live one; empty where it is not.
    """

    timing: str
    event: str
    follows: str | None = None
    behind: str | None = field(default="", compare=False)
    definer: str | None = None
    sql_mode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOptions(Options):
    """`at`, `starts` and `ends` are SQL: a string, or an expression that the server works out when it makes the event.

    `every` is the interval with its unit. `status`: ENABLE, DISABLE, or DISABLE ON SLAVE and its like.
    """

    at: str | None = None
    every: str | None = None
    starts: str | None = None
    ends: str | None = None
    preserve: bool = False
    status: str = "ENABLE"
    definer: str | None = None
    sql_mode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceEngine(Options):
    """Of a MariaDB sequence: the engine of the table beneath it."""

    engine: str | None = None
