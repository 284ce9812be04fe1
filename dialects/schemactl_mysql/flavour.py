"""MySQL or MariaDB, and which version: what the one has and the other has not is data, asked by name."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: A feature: since which MySQL and which MariaDB; None where it never came.
#: Sources: the release notes of both, and what the servers of tests/infra did (9.7, 10.11, 11.8).
FEATURES: dict[str, tuple[tuple[int, ...] | None, tuple[int, ...] | None]] = {
    "check": ((8, 0, 16), (10, 2, 1)),
    "check not enforced": ((8, 0, 16), None),
    "default expression": ((8, 0, 13), (10, 2, 1)),
    "descending index": ((8, 0), (10, 8)),
    "foreign key names by table": (None, (12, 1)),
    "functional index": ((8, 0, 13), None),
    "ignored index": (None, (10, 6)),
    "invisible column": ((8, 0, 23), (10, 3)),
    "invisible index": ((8, 0), None),
    "display width": (None, (5, 1)),
    "json type": ((5, 7, 8), None),
    "rename column": ((8, 0), (10, 5, 2)),
    "rename index": ((5, 7), (10, 5, 2)),
    "sequence": (None, (10, 3)),
    "spatial reference": ((8, 0), None),
    "system versioning": (None, (10, 3)),
    "utf8mb3 by name": ((8, 0, 30), (10, 6)),
    "uuid type": (None, (10, 7)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flavour:
    """`version` is comparable: (8, 0, 35), (10, 11, 6)."""

    mariadb: bool
    version: tuple[int, ...]

    def has(self, feature: str) -> bool:
        """Whether this server has a feature of FEATURES."""
        since = FEATURES[feature][self.mariadb]
        return since is not None and self.version >= since

    @property
    def action(self) -> str:
        """What a foreign key does that says nothing. Each server prints what is not this, though both do the same."""
        return "RESTRICT" if self.mariadb else "NO ACTION"

    @property
    def number(self) -> int:
        """As in a version comment: 90704, 101118."""
        major, minor, patch = (*self.version, 0, 0)[:3]
        return major * 10000 + minor * 100 + patch

    def __str__(self) -> str:
        return f"{'MariaDB' if self.mariadb else 'MySQL'} {'.'.join(map(str, self.version))}"


#: Stand for a server that nobody asked.
NEWEST_MYSQL = Flavour(mariadb=False, version=(99,))
NEWEST_MARIADB = Flavour(mariadb=True, version=(99,))


def parse_version(text: str) -> Flavour:
    """The flavour of what VERSION() prints: 9.7.4-2, 10.11.18-MariaDB-0+deb12u1, 5.5.5-10.11.2-MariaDB."""
    mariadb = "mariadb" in text.lower()
    text = text.removeprefix("5.5.5-") if mariadb else text
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    version = tuple(int(part) for part in found.groups() if part is not None) if found else ()
    return Flavour(mariadb=mariadb, version=version)
