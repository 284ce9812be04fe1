"""Databases of nobody's: where a server is asked what the target need not know, and where a plan is proved."""

from __future__ import annotations

from schemactl.devdb.address import EMBEDDED, SCRATCH, Address, Way
from schemactl.devdb.open import Dev, check_version, opened
from schemactl.devdb.proof import Claim, Ground, prove

__all__ = ["EMBEDDED", "SCRATCH", "Address", "Claim", "Dev", "Ground", "Way", "check_version", "opened", "prove"]
