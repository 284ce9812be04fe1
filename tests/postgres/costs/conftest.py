"""Leaves out what a server does not have, and what one between the oldest and the newest would only say again."""

from __future__ import annotations

import pytest

from tests.support.script import Platform


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    from tests.postgres.costs.test_costs import OPERATIONS

    def placed(item: pytest.Item) -> tuple[int, dict[str, object]] | None:
        parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        image, operation = parameters.get("postgres_server"), OPERATIONS.get(str(parameters.get("name")))
        return (Platform.of(image).version[0], operation) if isinstance(image, str) and operation is not None else None

    found = {id(item): place for item in items if (place := placed(item)) is not None}
    versions = sorted({version for version, _ in found.values()})

    def is_left_out(version: int, operation: dict[str, object]) -> bool:
        since = operation.get("since", 0)
        assert isinstance(since, int)
        between = version not in (versions[0], versions[-1])
        return version < since or (between and not operation.get("between") and version != since)

    left_out = [item for item in items if id(item) in found and is_left_out(*found[id(item)])]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
