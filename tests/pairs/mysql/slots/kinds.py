"""Types of columns, the defaults they take, and what can be made of their values."""

from __future__ import annotations

from dataclasses import dataclass

from tests.pairs.pieces import Draft


@dataclass(frozen=True, slots=True)
class Kind:
    """A type as it is written, and its family: what may be said of it and made of it."""

    text: str
    family: str

    def __str__(self) -> str:
        return self.text


#: By family. `lob` are texts and blobs, which take no default that is a literal on MySQL, and keys of a prefix only.
KINDS: dict[str, tuple[str, ...]] = {
    "int": (
        "int",
        "integer unsigned",
        "bigint",
        "tinyint",
        "tinyint(1)",
        "bool",
        "smallint unsigned",
        "mediumint",
        "int(5)",
        "bigint(12) unsigned zerofill",
    ),
    "num": ("decimal(10,2)", "decimal", "numeric(6)", "float", "double", "double precision", "decimal(8,3) unsigned"),
    "text": (
        "varchar(20)",
        "varchar(100)",
        "char(5)",
        "char",
        "varchar(40) CHARACTER SET latin1",
        "varchar(40) COLLATE utf8mb4_bin",
        "varchar(40) CHARACTER SET ascii COLLATE ascii_bin",
        "varchar(20) CHARACTER SET ascii",
        "char(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
        "national varchar(10)",
    ),
    "choice": ("enum('x','y','z')", "enum('x','y')", "set('x','y','it''s')", "enum('x','y') CHARACTER SET latin1"),
    "bits": ("bit(1)", "bit(8)"),
    "binary": ("varbinary(16)", "binary(8)"),
    "lob": ("text", "tinytext", "mediumtext COLLATE utf8mb4_bin", "longtext", "blob", "longblob", "text(300)"),
    "date": ("date",),
    "time": ("datetime", "datetime(3)", "timestamp", "timestamp(6)"),
    "clock": ("time", "time(2)"),
    "year": ("year",),
    "json": ("json",),
    "point": ("point", "geometry"),
}
MARIADB_KINDS: dict[str, tuple[str, ...]] = {"uuid": ("uuid",), "inet": ("inet6", "inet4")}
#: What keys may be over, and what they may not without a prefix.
KEYED = ("int", "num", "text", "choice", "bits", "binary", "date", "time", "clock", "year", "uuid", "inet")
PREFIXED = ("lob",)

#: Literals and, in parentheses, expressions.
DEFAULTS: dict[str, tuple[str, ...]] = {
    "int": ("0", "1", "'1'", "(1 + 1)", "TRUE"),
    "num": ("0", "1.5", "'2.50'", "(1 / 4)"),
    "text": ("''", "'a'", "'q'", "(lower('X'))", "(concat('a', ''))"),
    "choice": ("'x'", "'y'"),
    "bits": ("b'1'", "0", "(b'1')"),
    "binary": ("'a'", "(unhex('00ff'))", "''"),
    "lob": ("('a')", "(concat('a', 'b'))"),
    "date": ("'2024-01-01'", "(curdate())", "('2024-01-01')"),
    "time": ("'2024-01-01 00:00:00'", "now", "now update", "update"),
    "clock": ("'10:00:00'", "(curtime())"),
    "year": ("2024", "'2001'"),
    "json": ("(json_object())", "('[]')", "(json_array(1, 'a'))"),
    "uuid": ("(uuid())", "'00000000-0000-0000-0000-000000000001'"),
    "inet": ("'::1'",),
}
#: By the family of the column beneath: what is made of it, and of which family that is.
EXPRESSIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "int": (
        ("{c} + 1", "int"),
        ("{c} * 2 - 1", "int"),
        ("if({c} > 0, 1, 0)", "int"),
        ("({c} / 3)", "num"),
        ("concat('n', {c})", "text"),
        ("case when {c} in (1, 2) then 'x' else 'y' end", "text"),
        ("coalesce({c}, 0)", "int"),
    ),
    "num": (("{c} * 1.5", "num"), ("round({c})", "int"), ("abs({c})", "num"), ("-{c}", "num")),
    "text": (
        ("upper({c})", "text"),
        ("char_length({c})", "int"),
        ("concat({c}, '-', {c})", "text"),
        ("left({c}, 3)", "text"),
        ("{c} = 'a'", "int"),
        ("trim({c})", "text"),
        ("substring({c}, 1, 2)", "text"),
    ),
    "date": (("year({c})", "int"), ("{c} + interval 1 day", "date"), ("dayofmonth({c})", "int")),
    "time": (("date({c})", "date"), ("hour({c})", "int")),
    "json": (("json_unquote(json_extract({c}, '$.a'))", "text"), ("json_length({c})", "int")),
    "choice": (("{c} + 0", "int"), ("concat({c}, 'x')", "text")),
}
CONDITIONS: dict[str, tuple[str, ...]] = {
    "int": ("{c} > 0", "{c} between 1 and 10", "{c} in (1, 2, 3)", "{c} is not null", "not ({c} = 5)", "{c} <> 7"),
    "num": ("{c} >= 0.5", "{c} < 100", "abs({c}) < 1000"),
    "text": ("{c} <> ''", "char_length({c}) > 2", "{c} like 'a%'", "{c} in ('a', 'b')", "{c} regexp '^[a-z]+$'"),
    "date": ("{c} > '2020-01-01'", "year({c}) > 2000"),
    "time": ("{c} > '2020-01-01 00:00:00'",),
    "choice": ("{c} <> 'x'", "{c} in ('x', 'y')"),
    "json": ("json_valid({c})", "json_extract({c}, '$.a') is not null"),
    "year": ("{c} > 2000",),
}


def families(draft: Draft) -> dict[str, tuple[str, ...]]:
    return {**KINDS, **MARIADB_KINDS} if draft.platform.name == "mariadb" else KINDS


def kind(draft: Draft, families_: tuple[str, ...] = ()) -> Kind:
    """A type of one of the families, or of any."""
    found = families(draft)
    # The usual ones come oftener.
    family = draft.pick(families_ or (*found, "int ", "int  ", "text ", "text  ", "time ", "num ")).strip()
    return Kind(draft.pick(found[family]), family)


def default(draft: Draft, found: Kind) -> str:
    """The clause, with ON UPDATE; or nothing."""
    if found.family not in DEFAULTS:
        return ""
    text = draft.pick(DEFAULTS[found.family])
    if found.family == "inet" and found.text == "inet4":
        text = "'127.0.0.1'"
    if found.family == "time" and "'" not in text:
        precision = found.text.partition("(")[2]
        now = f"CURRENT_TIMESTAMP({precision}" if precision else draft.pick(("CURRENT_TIMESTAMP", "now()"))
        parts = {"now": (f"DEFAULT {now}",), "update": (f"ON UPDATE {now}",)}
        return " " + " ".join(part for word in text.split() for part in parts[word])
    if text == "'a'" and found.family == "binary" and found.text == "binary(8)":
        text = "'abcdefgh'"
    return f" DEFAULT {text}"
