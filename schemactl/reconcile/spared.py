"""Whether a look can do without an inspection: one query tells that nothing has moved since the last one."""

from __future__ import annotations

import hashlib

import msgspec

from schemactl import __version__
from schemactl.reconcile.look import Look
from schemactl.resource import seconds
from schemactl.resource.spec import Spec

#: One look in so many inspects the database whatever the mark says.
FULL_LOOK_EVERY = 12


def mark(look: Look, server: str) -> str:
    """A digest of all that a look rests on; `server` is the dialect's mark. Empty where that is.

    It holds no secret, not even in the dark: URLs count without their passwords.
    """
    if not server or look.target is None:
        return ""
    # A field of a release to come changes nothing where it is not said.
    spec = msgspec.structs.replace(look.resource.spec, url=None, url_from=None, credentials=None, dev_url=None)
    said = {f.encode_name: value for f in msgspec.structs.fields(Spec) if (value := getattr(spec, f.name)) != f.default}
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
    """True for two intervals in twelve, and for other ones with each resource.

    Told from the clock, for a count would have to be written into the status at each look. Two, since looks are a
    little less than an interval apart and take their time: none falls between.
    """
    interval = max(seconds(look.resource.spec.interval), 1.0)
    turn = int(hashlib.sha256(look.resource.name.encode()).hexdigest(), 16) % FULL_LOOK_EVERY
    return (int(look.now.timestamp() / interval) - turn) % FULL_LOOK_EVERY < 2
