"""The JSON schema of the plan document, published as docs/plan.schema.json."""

from __future__ import annotations

import msgspec

from schemactl.plan import Plan


def plan_schema() -> str:
    """JSON Schema 2020-12, indented, ending in a newline."""
    found = {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Plan)}
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"
