"""Leaves out the operations that a server does not have."""

from __future__ import annotations

import pytest

from tests.support.script import Platform


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    from tests.postgres.costs.test_costs import OPERATIONS

    def is_too_new(item: pytest.Item) -> bool:
        parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        image, operation = parameters.get("postgres_server"), OPERATIONS.get(str(parameters.get("name")))
        if not isinstance(image, str) or operation is None:
            return False
        return Platform.of(image).version < (operation.get("since", 0),)

    if left_out := [item for item in items if is_too_new(item)]:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
