"""The operator class that an index method takes for a type when nothing is said.

From pg_opclass where opcdefault, Postgres 15 to 18. A type not named for a method has no default of the server's own.
"""

from __future__ import annotations

_OWN_BTREE = [
    "bit",
    "bool",
    "bpchar",
    "bytea",
    "char",
    "date",
    "float4",
    "float8",
    "inet",
    "int2",
    "int4",
    "int8",
    "interval",
    "jsonb",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "oid",
    "oidvector",
    "pg_lsn",
    "text",
    "tid",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "tsquery",
    "tsvector",
    "uuid",
    "varbit",
    "xid8",
]
_OWN_HASH = [
    "aclitem",
    "bool",
    "bpchar",
    "bytea",
    "char",
    "cid",
    "date",
    "float4",
    "float8",
    "inet",
    "int2",
    "int4",
    "int8",
    "interval",
    "jsonb",
    "macaddr",
    "macaddr8",
    "name",
    "numeric",
    "oid",
    "oidvector",
    "pg_lsn",
    "text",
    "tid",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "uuid",
    "xid",
    "xid8",
]
_OWN_BRIN = [
    "bit",
    "bpchar",
    "bytea",
    "char",
    "date",
    "float4",
    "float8",
    "int2",
    "int4",
    "int8",
    "interval",
    "macaddr",
    "macaddr8",
    "name",
    "numeric",
    "oid",
    "pg_lsn",
    "text",
    "tid",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "uuid",
    "varbit",
]

#: By method and type; `[]`, `enum`, `range` and `multirange` stand for all of their kind.
_DEFAULTS: dict[str, dict[str, str]] = {
    "btree": {
        **{t: f"{t}_ops" for t in _OWN_BTREE},
        "[]": "array_ops",
        "enum": "enum_ops",
        "range": "range_ops",
        "multirange": "multirange_ops",
    },
    "hash": {
        **{t: f"{t}_ops" for t in _OWN_HASH},
        "[]": "array_ops",
        "enum": "enum_ops",
        "range": "range_ops",
        "multirange": "multirange_ops",
    },
    "gin": {"[]": "array_ops", "jsonb": "jsonb_ops", "tsvector": "tsvector_ops"},
    "gist": {
        "box": "box_ops",
        "circle": "circle_ops",
        "point": "point_ops",
        "polygon": "poly_ops",
        "tsquery": "tsquery_ops",
        "tsvector": "tsvector_ops",
        "range": "range_ops",
        "multirange": "multirange_ops",
    },
    "spgist": {
        "box": "box_ops",
        "inet": "inet_ops",
        "point": "quad_point_ops",
        "polygon": "poly_ops",
        "text": "text_ops",
        "range": "range_ops",
    },
    "brin": {
        **{t: f"{t}_minmax_ops" for t in _OWN_BRIN},
        "box": "box_inclusion_ops",
        "inet": "inet_inclusion_ops",
        "range": "range_inclusion_ops",
    },
}
#: Types that have no class of their own and are handled as another.
_TREATED_AS = {"varchar": "text", "cidr": "inet"}


def default_opclass(method: str, type_name: str) -> str | None:
    """`type_name` is a built-in type's inner name, `[]` for an array, or `enum`."""
    name = _TREATED_AS.get(type_name, type_name)
    if name.endswith("multirange"):
        name = "multirange"
    elif name.endswith("range"):
        name = "range"
    return _DEFAULTS.get(method, {}).get(name)


def is_some_default(method: str, opclass: str) -> bool:
    """Whether any type has this class for its default."""
    return opclass in _DEFAULTS.get(method, {}).values()
