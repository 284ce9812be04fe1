"""What the writers of DDL share: both catalogs, the server, and how things are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemactl.dialect import Server
from schemactl.model import Catalog, ObjectKey, Table
from schemactl_mysql.flavour import Flavour
from schemactl_mysql.options import Surroundings
from schemactl_mysql.sql import qualified, quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """`database` is the one that a connection is in: names in it are written without it."""

    flavour: Flavour
    database: str = ""
    charset_of: Mapping[str, str] = field(default_factory=dict)
    widths: Mapping[str, int] = field(default_factory=dict)
    desired: Catalog = field(default_factory=Catalog)
    actual: Catalog = field(default_factory=Catalog)
    tables: Mapping[ObjectKey, Table] = field(default_factory=dict)
    live: Mapping[ObjectKey, Table] = field(default_factory=dict)
    #: What tables and columns are called until they are renamed, by the keys that they have then.
    old_names: Mapping[ObjectKey, str] = field(default_factory=dict)

    @classmethod
    def of(cls, server: Server, desired: Catalog, actual: Catalog) -> Context:
        around = actual.surroundings
        flavour = Flavour(mariadb=server.name.lower() == "mariadb", version=server.version)
        return cls(
            flavour=around.flavour if isinstance(around, Surroundings) else flavour,
            database=server.database,
            charset_of=around.charset_of if isinstance(around, Surroundings) else {},
            widths=around.widths if isinstance(around, Surroundings) else {},
            desired=desired,
            actual=actual,
            tables={t.key: t for t in desired.tables()},
            live={t.key: t for t in actual.tables()},
        )

    def name(self, key: ObjectKey) -> str:
        return quoted(key.name) if key.schema == self.database else qualified(key)

    def old_name(self, key: ObjectKey) -> str:
        """What a table or column of the plan is called before the first step."""
        return self.old_names.get(key, key.name)

    def charset(self, collation: str) -> str | None:
        """The character set of a collation; where no server was asked, what its name begins with."""
        return self.charset_of.get(collation) or (collation.partition("_")[0] if "_" in collation else None)

    def width(self, collation: str) -> int:
        """The bytes that a character of a collation takes at most; 0 where no server was asked."""
        return self.widths.get(self.charset(collation) or "", 0)
