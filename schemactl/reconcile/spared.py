"""Whether a look can do without an inspection: one query tells that nothing has moved since the last one."""

from __future__ import annotations

import hashlib

import msgspec

from schemactl import __version__
from schemactl.reconcile.look import Look
from schemactl.resource import seconds
from schemactl.resource.spec import Spec, fields_of

#: Seconds in which two looks inspect the database whatever the mark says; of looks that are rare, two in twelve do.
FULL_LOOKS_WITHIN = 3600.0


def mark(look: Look, server: str) -> str:
    """A digest of all that a look rests on; `server` is the dialect's mark. Empty where that is.

    It holds no secret, not even in the dark: URLs count without their passwords.
    """
    if not server or look.target is None:
        return ""
    # A field of a release to come changes nothing where it is not said.
    spec = msgspec.structs.replace(look.resource.spec, url=None, url_from=None, credentials=None, dev_url=None)
    said = {f.encode_name: value for f in fields_of(Spec) if (value := getattr(spec, f.name)) != f.default}
    parts: list[object] = [__version__, server, look.target.display, str(look.target.dev or ""), said]
    parts += [look.resource.metadata.approved_plan, *((text.name, text.text) for text in look.inputs.sources)]
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()


def is_spared(look: Look) -> bool:
    """Whether the status of last time still says all that there is to say."""
    before, metadata = look.before, look.resource.metadata
    healed = (drifted := before.condition("Drifted")) is not None and drifted.reason == "Healed"
    return (
        bool(look.mark)
        and look.mark == before.mark
        and before.observed_generation == metadata.generation
        and before.handled_request == metadata.reconcile_requested_at
        and not healed
        and not _is_full_ones_turn(look)
    )


def _is_full_ones_turn(look: Look) -> bool:
    """True for two intervals in an hour, and for other ones with each resource.

    Told from the clock, for a count would have to be written into the status at each look. Two, since looks are a
    little less than an interval apart and take their time: none falls between.
    """
    interval = max(seconds(look.resource.spec.interval), 1.0)
    turns = max(12, round(FULL_LOOKS_WITHIN / interval))
    turn = int(hashlib.sha256(look.resource.name.encode()).hexdigest(), 16) % turns
    return (int(look.now.timestamp() / interval) - turn) % turns < 2
