"""When to look again."""

from __future__ import annotations

from collections.abc import Callable

from schemactl.errors import (
    DatabaseError,
    MissingObjectError,
    PlanError,
    SchemactlError,
    StepFailedError,
    UnknownTypeError,
    UrlError,
)

FIRST_RETRY = 5.0
LONGEST_RETRY = 300.0
#: A step that the server rejected is not sent again more often than this: it takes locks each time.
REJECTED_STEP_LOOK = 60.0
#: Part of the wait that is left to chance, so that many resources do not look at the same moment.
SPREAD = 0.1

_RESTS_ON_DATABASE = (DatabaseError, PlanError, MissingObjectError, UnknownTypeError)


def retry(failed: int, random: Callable[[], float]) -> float:
    """Seconds until an error of the world is tried again, after `failed` failures in a row (the first is 1).

    5 s, doubled each time, at most 5 min; up to a tenth less by chance."""
    wait = min(LONGEST_RETRY, FIRST_RETRY * 2.0 ** min(max(failed - 1, 0), 10))
    return max(FIRST_RETRY, wait * (1 - SPREAD * random()))


def look(interval: float, random: Callable[[], float]) -> float:
    """Seconds until the next look at what is as it should be; up to a tenth less than the interval, by chance."""
    return interval * (1 - SPREAD * random())


def stalled(error: SchemactlError, interval: float, random: Callable[[], float]) -> float | None:
    """Seconds until the next look after an error of the user, or None: not before an input changes.

    What the inputs alone decide stays wrong until they change. What rests on the database too (a right, a row that
    does not fit, a type that an extension would bring) may be put right there, so it is looked at again in the usual
    interval.
    """
    if not isinstance(error, _RESTS_ON_DATABASE) or isinstance(error, UrlError):
        return None
    return look(max(interval, REJECTED_STEP_LOOK) if isinstance(error, StepFailedError) else interval, random)
