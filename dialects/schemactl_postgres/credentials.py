"""Which OPTIONS of wrappers, servers and foreign tables may hold a secret: told by their names, and by their values.

A wrapper takes any options, and none says which are secret. What is taken for one is named and refused, and its value
never shown: such things belong into user mappings, which are left alone.
"""

from __future__ import annotations

import re

from schemactl.urls import SECRET_KEYS

_NAME = re.compile(
    r"pass(?:word|wd|phrase|file|code)|(?:^|_)(?:pass|pwd|pw|token|jwt|auth|authorization)(?:_|$)|secret|credential"
    r"|(?:api|access|private|secret|encryption|account|client|scram)_?key|pwd$|token$",
    re.IGNORECASE,
)
#: `password=...` within a connection string, and the userinfo of a URL.
_VALUE = re.compile(
    r"(?:pass(?:word|wd|phrase|file)?|pwd|secret|token|api_?key|access_?key)\s*[=:]|://[^/\s]*:[^/\s]*@", re.IGNORECASE
)
HINT = "schemactl never shows nor keeps secrets: put it into a user mapping, which is left alone"


def may_be_secret(name: str, value: str) -> bool:
    """Whether an option is to be refused rather than shown."""
    return name.lower() in SECRET_KEYS or bool(_NAME.search(name)) or bool(_VALUE.search(value))
