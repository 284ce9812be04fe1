"""The order of steps that need nothing of each other: what a person would write first comes first."""

from __future__ import annotations

RENAME = 4
RENAME_PART = 5
RENAMED = 6
SCHEMA = 10
SEQUENCE = 16
DROP_PROGRAM = 18
DROP_VIEW = 19
DROP_FOREIGN_KEY = 20
TABLE = 40
WIDEN = 48
UPDATE = 49
ALTER = 50
DROP_PARTITION = 51
REORGANIZE_PARTITION = 52
ADD_PARTITION = 53
FOREIGN_KEY = 64
VIEW = 66
PROGRAM = 72
DROP_TABLE = 90
DROP_SEQUENCE = 92
DROP_SCHEMA = 98
