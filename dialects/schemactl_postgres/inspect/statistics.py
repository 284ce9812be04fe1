"""Extended statistics and collations."""

from __future__ import annotations

from collections.abc import Iterable

from schemactl.model import Collation, Kind, ObjectKey, Statistics
from schemactl_postgres.inspect.rows import CollationRow, StatisticsRow
from schemactl_postgres.inspect.values import expression

#: pg_statistic_ext.stxkind; "e", for expressions, is there whenever there are some.
_KINDS = {"d": "ndistinct", "f": "dependencies", "m": "mcv"}
_PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin"}


def statistics(rows: Iterable[StatisticsRow]) -> Iterable[Statistics]:
    for row in rows:
        table = ObjectKey(kind=Kind.TABLE, schema=row.table_schema, name=row.table_name)
        yield Statistics(
            schema=row.schema,
            name=row.name,
            table=table,
            kinds=tuple(sorted(_KINDS[kind] for kind in row.kinds if kind in _KINDS)),
            columns=tuple(sorted(row.columns)),
            expressions=tuple(map(expression, row.expressions or ())),
            target=row.target,
            comment=row.comment,
        )


def collations(rows: Iterable[CollationRow]) -> Iterable[Collation]:
    for row in rows:
        same = row.lc_collate == row.lc_ctype
        yield Collation(
            schema=row.schema,
            name=row.name,
            provider=_PROVIDERS.get(row.provider, row.provider),
            locale=row.locale or (row.lc_collate if same else None),
            lc_collate=None if same else row.lc_collate,
            lc_ctype=None if same else row.lc_ctype,
            deterministic=row.deterministic,
            rules=row.rules,
            comment=row.comment,
        )
