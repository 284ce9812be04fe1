"""Expressions made comparable: whatever they came from, both sides pass through here.

The law of this package: two expressions of one canonical text mean the same. The reverse is only aimed at: what is
not certain stays different, and a server is asked (`confirm`).
"""

from __future__ import annotations

from schemactl_postgres.canonical.catalog import canonicalise

__all__ = ["canonicalise"]
