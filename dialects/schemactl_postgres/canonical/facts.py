"""What is known of the server's own operators and functions, as tables: types of results and of literals."""

from __future__ import annotations

#: Numbers, each converted implicitly to those that follow.
LADDER = {"int2": 0, "int4": 1, "int8": 2, "numeric": 3, "float4": 4, "float8": 5}
WHOLE = frozenset({"int2", "int4", "int8"})
EXACT = WHOLE | {"numeric"}
TEXTUAL = frozenset({"text", "varchar"})
#: Types that have + and - of two of their own; for numbers see LADDER.
_SPANS = frozenset({"date", "timestamp", "timestamptz", "time", "interval"})
_RANGES = frozenset({"int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange"})
_NETS = frozenset({"inet", "cidr"})

COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">="})
ARITHMETIC = frozenset({"+", "-", "*", "/", "%"})
#: Both operands text, whatever of text, varchar and char(n) the left one is.
PATTERNS = frozenset({"~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*"})

#: The type of an untyped literal right of these operators, by the type on the left: (right, result).
LITERAL_RIGHT: dict[tuple[str, str], tuple[str, str]] = {}
for _json in ("json", "jsonb"):
    LITERAL_RIGHT |= {
        (_json, "->"): ("text", _json),
        (_json, "->>"): ("text", "text"),
        (_json, "#>"): ("text[]", _json),
        (_json, "#>>"): ("text[]", "text"),
    }
LITERAL_RIGHT |= {
    ("jsonb", "?"): ("text", "bool"),
    ("jsonb", "?|"): ("text[]", "bool"),
    ("jsonb", "?&"): ("text[]", "bool"),
    ("jsonb", "@?"): ("jsonpath", "bool"),
    ("jsonb", "@@"): ("jsonpath", "bool"),
    ("jsonb", "#-"): ("text[]", "jsonb"),
}
for _stamp in ("timestamp", "timestamptz"):
    LITERAL_RIGHT[_stamp, "+"] = ("interval", _stamp)
#: Operators of two operands of one type (an untyped literal has that type too), with their result; "" is that type.
_SAME: dict[frozenset[str], dict[str, str | None]] = {
    _SPANS: {"-": None},
    _RANGES: {"&&": "bool", "<<": "bool", ">>": "bool", "&<": "bool", "&>": "bool", "-|-": "bool"},
    _NETS: {"<<": "bool", "<<=": "bool", ">>": "bool", ">>=": "bool", "&&": "bool"},
    frozenset({"jsonb"}): {"@>": "bool", "<@": "bool", "||": "jsonb"},
}
SAME_TYPE: dict[tuple[str, str], str | None] = {
    (kind, operator): result for kinds, table in _SAME.items() for operator, result in table.items() for kind in kinds
}
ARRAY_OPERATORS = frozenset({"&&", "@>", "<@"})

#: What functions return, whatever their arguments.
RETURNS = dict.fromkeys(
    [
        "length",
        "char_length",
        "character_length",
        "octet_length",
        "bit_length",
        "cardinality",
        "array_length",
        "array_upper",
        "array_lower",
        "array_ndims",
        "position",
        "strpos",
        "ascii",
        "num_nonnulls",
        "num_nulls",
        "jsonb_array_length",
        "json_array_length",
    ],
    "int4",
)
RETURNS |= dict.fromkeys(["now", "clock_timestamp", "statement_timestamp", "transaction_timestamp"], "timestamptz")
RETURNS |= dict.fromkeys(
    [
        "md5",
        "concat",
        "concat_ws",
        "to_char",
        "jsonb_typeof",
        "json_typeof",
        "format",
        "encode",
        "current_setting",
        "quote_ident",
        "jsonb_extract_path_text",
        "json_extract_path_text",
    ],
    "text",
)
RETURNS |= {
    "gen_random_uuid": "uuid",
    "to_tsvector": "tsvector",
    "extract": "numeric",
    "date_part": "float8",
    "nextval": "int8",
    "jsonb_build_object": "jsonb",
    "jsonb_build_array": "jsonb",
    "to_jsonb": "jsonb",
    "starts_with": "bool",
    "isfinite": "bool",
}
#: Functions that return text where their first argument is text, and have other forms for other types.
TEXT_FUNCTIONS = frozenset(
    [
        "lower",
        "upper",
        "initcap",
        "btrim",
        "ltrim",
        "rtrim",
        "replace",
        "translate",
        "left",
        "right",
        "lpad",
        "rpad",
        "repeat",
        "reverse",
        "substring",
        "substr",
        "split_part",
        "regexp_replace",
        "overlay",
        "normalize",
    ]
)
#: Functions that return the type of their only argument, of these types.
SAME_FUNCTIONS = {
    "abs": frozenset(LADDER),
    "round": frozenset({"numeric", "float8"}),
    "ceil": frozenset({"numeric", "float8"}),
    "ceiling": frozenset({"numeric", "float8"}),
    "floor": frozenset({"numeric", "float8"}),
    "trunc": frozenset({"numeric", "float8"}),
}
WORDS = {
    "current_timestamp": "timestamptz",
    "localtimestamp": "timestamp",
    "current_date": "date",
    "current_time": "timetz",
    "localtime": "time",
}

#: Arguments whose untyped literal is not text: function, number of arguments (0: any), position.
LITERAL_ARGUMENTS: dict[tuple[str, int, int], str] = {
    ("setweight", 0, 1): '"char"',
    ("jsonb_set", 0, 0): "jsonb",
    ("jsonb_set", 0, 1): "text[]",
    ("jsonb_set", 0, 2): "jsonb",
    ("string_to_array", 0, 0): "text",
}
for _name in ("nextval", "currval", "setval"):
    LITERAL_ARGUMENTS[_name, 0, 0] = "regclass"
for _name in ("to_tsvector", "to_tsquery", "plainto_tsquery", "phraseto_tsquery", "websearch_to_tsquery"):
    LITERAL_ARGUMENTS[_name, 2, 0] = "regconfig"
