"""YAML text into documents that know where each of their fields stands.

Keys that are given twice are refused: YAML loaders keep one of the two, and which is not for us to guess. No error
quotes a line of a manifest, because it may hold a password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from schemactl.errors import ManifestError, Place

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One YAML document: its value in plain Python types, and the tree of nodes that it came from."""

    file: str
    value: object
    node: yaml.Node

    def place(self, path: str = "") -> Place:
        """Where the field stands (`spec.policy.drift`, `spec.vars[0].key`), or the nearest thing around it."""
        node, mark = self.node, self.node.start_mark
        for name, index in _STEP.findall(path):
            key, found = _child(node, name, index)
            if found is None:
                break
            node, mark = found, (key or found).start_mark
        return _place(self.file, mark)


def documents(text: str, file: str) -> Iterator[Document]:
    """All documents of the text that hold anything. Raises ManifestError with the place of what is no YAML."""
    loader = yaml.CSafeLoader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is None:
                continue
            _refuse_repeated_keys(node, file)
            value = loader.construct_document(node)
            if value is not None:
                yield Document(file=file, value=value, node=node)
    except yaml.constructor.ConstructorError as error:
        # its text may quote the value
        raise ManifestError(
            "a value has a YAML tag that is not known", place=_place(file, error.problem_mark)
        ) from None
    except yaml.MarkedYAMLError as error:
        message = f"this is no YAML: {error.problem or 'it cannot be parsed'}"
        raise ManifestError(message, place=_place(file, error.problem_mark)) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise ManifestError("this is no YAML: it cannot be parsed", place=_place(file, None)) from None
    finally:
        loader.dispose()


def _place(file: str, mark: yaml.Mark | None) -> Place:
    return Place(file=file, line=mark.line + 1 if mark else 1, column=mark.column + 1 if mark else 1)


def _child(node: yaml.Node, name: str, index: str) -> tuple[yaml.Node | None, yaml.Node | None]:
    """The key node (none in a list) and the value node of a field, or of an item."""
    if name and isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == name:
                return key, value
    if index and isinstance(node, yaml.SequenceNode) and int(index) < len(node.value):
        return None, node.value[int(index)]
    return None, None


def _refuse_repeated_keys(root: yaml.Node, file: str) -> None:
    queue, seen_nodes = [root], set()
    while queue:
        node = queue.pop()
        if id(node) in seen_nodes:
            continue
        seen_nodes.add(id(node))
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                if isinstance(key, yaml.ScalarNode):
                    if key.value in seen:
                        place = _place(file, key.start_mark)
                        raise ManifestError(f"the key {key.value!r} is given twice", place=place)
                    seen.add(key.value)
                queue.append(value)
        elif isinstance(node, yaml.SequenceNode):
            queue.extend(node.value)
