"""Laws of what the operator computes: patches, shards, references, and what is newer."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemactl.operator.known import Known, known
from schemactl.operator.references import Ref, refs
from schemactl.operator.shards import Shard, scope_of, shard_of
from schemactl.operator.turns import TakenError, Turns, lane
from schemactl.operator.writer import merge_patch

VALUES = st.recursive(
    st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


def patched(target: object, patch: object) -> object:
    """RFC 7386, section 2."""
    if not isinstance(patch, dict):
        return patch
    result: dict[str, Any] = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = patched(result.get(name), value)
    return result


@given(OBJECTS, OBJECTS)
def test_a_patch_turns_the_one_into_the_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert patched(old, merge_patch(old, new)) == new


@given(OBJECTS)
def test_there_is_no_patch_where_nothing_changed(value: dict[str, Any]) -> None:
    assert merge_patch(value, value) == {}


@given(st.uuids().map(str), st.integers(min_value=1, max_value=20))
def test_one_more_shard_moves_a_resource_only_to_the_new_one(uid: str, count: int) -> None:
    before, after = shard_of(uid, count), shard_of(uid, count + 1)
    assert before < count
    assert after in (before, count)


def test_shards_are_of_about_one_size() -> None:
    sizes = [0] * 5
    for number in range(5000):
        sizes[shard_of(f"uid-{number}", 5)] += 1
    assert min(sizes) > 850
    assert max(sizes) < 1150


def test_references_are_found_wherever_they_are() -> None:
    def of(name: str) -> dict[str, object]:
        return {"secretKeyRef": {"name": name, "key": "k"}}

    spec = {
        "urlFrom": of("url"),
        "credentials": {"userFrom": of("user"), "passwordFrom": of("password"), "hostFrom": of("host")},
        "devURLFrom": of("dev"),
        "vars": [{"key": "a", "valueFrom": {"configMapKeyRef": {"name": "vars", "key": "k"}}}],
        "schema": {"configMapKeyRef": {"name": "schema", "key": "k"}},
        "devDB": {"spec": {"containers": [{"env": [{"valueFrom": of("pod")}]}]}},
    }
    names = {ref.name for ref in refs("team", spec)}
    assert names == {"url", "user", "password", "host", "dev", "vars", "schema"}
    assert Ref("configmaps", "team", "vars") in refs("team", spec)


def seen(namespace: str, spec: dict[str, Any], target: str = "") -> Known:
    metadata = {"name": "a", "namespace": namespace, "uid": "u", "generation": 1, "resourceVersion": "1"}
    status = {"observedGeneration": 1, "conditions": [], "target": target}
    value = {"apiVersion": "db.atlasgo.io/v1alpha1", "kind": "AtlasSchema", "metadata": metadata}
    return known({**value, "spec": {"schema": {"sql": "SELECT 1;"}, **spec}, "status": status})


def test_resources_of_one_database_share_a_lane() -> None:
    ref: dict[str, Any] = {"urlFrom": {"secretKeyRef": {"name": "s", "key": "url"}}}
    assert lane(seen("n", ref)) == lane(seen("n", ref))
    assert lane(seen("n", ref)) != lane(seen("m", ref)), "a Secret of that name in another namespace is another"
    url: dict[str, Any] = {"url": "postgresql://me:hidden@h/d"}
    assert "hidden" not in lane(seen("n", url))
    assert lane(seen("n", ref, "postgresql://h/d")) == lane(seen("m", url, "postgresql://h/d")) == "postgresql://h/d"


def test_one_at_a_time_has_the_turn_and_who_gives_up_takes_it_from_nobody() -> None:
    async def run() -> None:
        turns = Turns(patience=0.01)
        await turns.take("d")
        await turns.take("other")
        with pytest.raises(TakenError):
            await turns.take("d")
        turns.patience = 60
        waiting = asyncio.create_task(turns.take("other"))
        await asyncio.sleep(0)
        turns.give_back("other")
        await waiting
        turns.give_back("other")
        turns.give_back("d")
        await turns.take("d")
        turns.give_back("d")

    asyncio.run(run())


def test_processes_share_a_lease_where_they_look_at_the_same() -> None:
    assert Shard().lease(scope_of((), "")) == "schemactl-operator"
    assert scope_of(("a", "b"), "") == scope_of(("b", "a", "b"), " ")
    scopes = [
        scope_of((), ""),
        scope_of(("a",), ""),
        scope_of(("a", "b"), ""),
        scope_of((), "a"),
        scope_of(("a",), "b"),
    ]
    leases = {Shard(1, 3).lease(scope) for scope in scopes}
    assert len(leases) == len(scopes)
    assert all(name.endswith("-1-of-3") and len(name) <= 63 for name in leases)
