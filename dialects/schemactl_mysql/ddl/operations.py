"""Which operations of online.toml a change of a table is. One that is none of them has a name that is not there."""

from __future__ import annotations

import re
from dataclasses import replace

from schemactl.model import Check, Column, Expression, Index, Table
from schemactl_mysql.ddl import definitions as define
from schemactl_mysql.ddl.context import Context
from schemactl_mysql.ddl.online import is_over_whole_text
from schemactl_mysql.options import ColumnOptions
from schemactl_mysql.types import base, members

#: What online.toml does not have: it is taken for the worst.
UNLISTED = "unlisted"
_CONSTANT = re.compile(
    r"(_\w+ ?)?'(?:[^']|'')*'|[-+]?[\d.]+(e[-+]?\d+)?|0x[0-9a-f]+|[bx]'[0-9a-f]*'|null|true|false"
    r"|(current_timestamp|now|localtimestamp|localtime)(\(\d?\))?",
    re.I,
)
_ZERO_DATES = frozenset({"date", "datetime"})
_LENGTH = re.compile(r"varchar\((\d+)\)")
_STATISTICS = frozenset({"STATS_AUTO_RECALC", "STATS_PERSISTENT", "STATS_SAMPLE_PAGES"})


def added(it: Column, *, placed: bool) -> tuple[str, ...]:
    """ADD COLUMN; `placed`: it does not stand behind all others."""
    options = define.column_options(it)
    if options.row or options.versioned is not None or options.compressed is not None or is_shape(it):
        return (UNLISTED,)
    if it.generated is not None:
        return ("add_column_stored" if it.generated.stored else "add_column_virtual", *_between(placed))
    if it.type.text.partition("(")[0] in _ZERO_DATES and not it.nullable and it.default is None:
        return (UNLISTED,)  # MySQL looks whether there are rows, which would have a date of zeros
    found = ["add_column"]
    if options.auto_increment:
        found.append("add_column_counting")
    if it.default is not None and not _is_constant(it.default):
        found.append("add_column_expression")
    if options.check is not None:
        found.append("add_column_check")
    return (*found, *_between(placed))


def _between(placed: bool) -> tuple[str, ...]:
    return ("add_column_between",) if placed else ()


def dropped(it: Column, table: Table) -> tuple[str, ...]:
    """DROP COLUMN."""
    if is_indexed(it, table):
        return ("drop_column_indexed",)
    if it.generated is not None:
        return ("drop_column_stored" if it.generated.stored else "drop_column_virtual",)
    return ("drop_column",)


def modified(context: Context, table: Table, old: Column, it: Column, *, placed: bool) -> tuple[str, ...]:
    """MODIFY COLUMN: all that differs, each for itself."""
    found = ["move_column"] if placed else []
    if context.flavour.mariadb and define.holds_json(it) and not define.is_json(it):
        found.append(UNLISTED)  # text, written as such, is another type than JSON to it
    was, shall = define.column_options(old), define.column_options(it)
    if old.generated != it.generated:
        both = old.generated is not None and it.generated is not None and old.generated.stored == it.generated.stored
        stored = it.generated is not None and it.generated.stored
        found.append(("expression_stored" if stored else "expression_virtual") if both else UNLISTED)
    if (old.type, old.collation) != (it.type, it.collation):
        found.append(_retyped(context, table, old, it))
    if old.nullable != it.nullable:
        found.append("nullable" if it.nullable else "not_null")
    if old.default != it.default:
        constant = all(d is None or _is_constant(d) for d in (old.default, it.default))
        found.append("default" if constant else "default_expression")
    if old.comment != it.comment:
        found.append("comment_column")
    return (*found, *_options(was, shall))


def _options(was: ColumnOptions, shall: ColumnOptions) -> list[str]:
    found = []
    if was.on_update != shall.on_update:
        found.append("on_update")
    if was.auto_increment != shall.auto_increment:
        found.append("counting" if shall.auto_increment else "not_counting")
    if was.invisible != shall.invisible:
        found.append("hide_column" if shall.invisible else "show_column")
    known = replace(was, on_update=shall.on_update, auto_increment=shall.auto_increment, invisible=shall.invisible)
    return found if known == shall else [*found, UNLISTED]


def _retyped(context: Context, table: Table, old: Column, it: Column) -> str:
    charset = (context.charset(old.collation or ""), context.charset(it.collation or ""))
    before, after = (_LENGTH.fullmatch(c.type.text) for c in (old, it))
    indexed = is_indexed(it, table)
    if old.type == it.type and charset[0] == charset[1]:
        return "collation_indexed" if indexed else "collation"
    if old.collation != it.collation:
        if not (before and after and charset == ("utf8mb3", "utf8mb4")) or indexed or old.type != it.type:
            return "type"
        length = int(before[1])
        return "wider_charset" if 3 * length >= 256 or 4 * length < 256 else "type"
    if before and after and int(before[1]) < int(after[1]):
        width = context.width(it.collation or "")
        grown = _grown(int(before[1]) * width, int(after[1]) * width) if width else "type"
        return "longer_indexed" if indexed and grown in ("longer", "longer_over_128") else grown
    return _appended(old.type.text, it.type.text)


def _grown(before: int, after: int) -> str:
    """By the bytes of the longest value: how long one is takes a second byte from 256 on."""
    if before >= 256:
        return "longer_beyond_256"
    if after >= 256:
        return "longer_over_256" if before >= 128 else "longer_short_over_256"
    return "longer" if after < 128 or before >= 128 else "longer_over_128"


def _appended(before: str, after: str) -> str:
    if base(before) != base(after) or base(before) not in ("enum", "set"):
        return "type"
    old, new = members(before), members(after)
    if new[: len(old)] != old:
        return "type"
    if base(before) == "enum":
        return "values_appended" if (len(old) < 256) == (len(new) < 256) else "type"
    return "values_appended_set" if _set_size(len(old)) == _set_size(len(new)) else "type"


def _set_size(count: int) -> int:
    """Bytes that a set of so many members takes."""
    size = -(-count // 8)
    return size if size <= 4 else 8


def _has_expression(it: Index) -> bool:
    return any(p.expression is not None for p in it.parts)


def index_added(it: Index, table: Table) -> str:
    """ADD KEY."""
    options = define.index_options(it.options)
    if it.method in ("fulltext", "spatial"):
        return f"add_{it.method}"
    if it.method != "btree" or options.without_overlaps or options.using == "hash" or is_over_whole_text(table, it):
        return UNLISTED
    if _has_expression(it):
        if it.unique:
            return "add_unique_expression"
        # The hidden columns beneath such indexes stand in the order of their names, and one can be added at the end only.
        later = any(_has_expression(i) and i.name.lower() > it.name.lower() for i in table.indexes)
        return "add_index_expression_between" if later else "add_index_expression"
    if _over_virtual(it, table):
        return "add_index_virtual"
    return "add_unique" if it.unique else "add_index"


def index_dropped(it: Index, table: Table) -> str:
    """DROP KEY."""
    if it.method in ("fulltext", "spatial"):
        return f"drop_{it.method}"
    if _has_expression(it):
        return "drop_unique_expression" if it.unique else "drop_index_expression"
    return "drop_index_virtual" if _over_virtual(it, table) else "drop_index"


def option_changed(name: str) -> str:
    """`NAME=value` of a table."""
    return "statistics" if name in _STATISTICS else UNLISTED


def check_added(it: Check) -> str:
    return "add_check" if it.enforced else "add_check_resting"


def is_indexed(it: Column, table: Table) -> bool:
    """Whether an index or the primary key of `table` has a part over the column."""
    return any(p.column == it.name for index in table.indexes for p in index.parts) or any(
        it.name in getattr(c, "columns", ()) for c in table.constraints
    )


def is_shape(it: Column) -> bool:
    """Whether it is of a geometry type."""
    return it.type.text.startswith(("geometry", "point", "linestring", "polygon", "multi"))


def _is_constant(it: Expression) -> bool:
    return _CONSTANT.fullmatch(it.text) is not None


def _over_virtual(it: Index, table: Table) -> bool:
    virtual = {c.name for c in table.columns if c.generated is not None and not c.generated.stored}
    return any(p.column in virtual for p in it.parts)
