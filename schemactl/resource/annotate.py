"""An annotation written into a manifest that people keep: nothing else of the file moves, not a blank.

A library that reads YAML and writes it again lays the whole file out anew; so the text is edited where the parser says that
a node is, and the result is read again. Unless it then says just what it said, and the annotation, it is not taken.
"""

from __future__ import annotations

from typing import Any

import yaml

from schemactl.errors import ManifestError
from schemactl.resource.documents import Document, documents
from schemactl.resource.manifests import subject


def annotated(text: str, file: str, name: str, key: str, value: str) -> str:
    """The text of a file with `key: "value"` among the annotations of the AtlasSchema `namespace/name` in it.

    Raises ManifestError, with what to write by hand, where it cannot be done without touching anything else.
    """
    found = [it for it in documents(text, file) if _is(it, name)]
    if len(found) == 1 and isinstance(found[0].node, yaml.MappingNode):
        made = _edited(text, found[0].node, key, value)
        if made and _says(made, file, _wanted(text, file, name, key, value)):
            return made
    raise ManifestError(
        f"the annotation {key} cannot be written here without laying out the file anew",
        place=found[0].place("metadata") if found else None,
        subject=name,
        hint=f'write it by hand: metadata: {{annotations: {{{key}: "{value}"}}}}',
    )


def _is(document: Document, name: str) -> bool:
    value = document.value
    return isinstance(value, dict) and value.get("kind") == "AtlasSchema" and subject(document) == name


def _wanted(text: str, file: str, name: str, key: str, value: str) -> list[object]:
    """What all documents of the file are to say."""
    found: list[object] = []
    for it in documents(text, file):
        said: Any = it.value
        if _is(it, name):
            said["metadata"]["annotations"] = {**(said["metadata"].get("annotations") or {}), key: value}
        found.append(said)
    return found


def _says(text: str, file: str, wanted: list[object]) -> bool:
    try:
        return [it.value for it in documents(text, file)] == wanted
    except ManifestError:
        return False


def _edited(text: str, node: yaml.MappingNode, key: str, value: str) -> str:
    """The text edited where the annotation belongs, by what stands there; empty where that is nothing to add to."""
    _, metadata = _entry(node, "metadata")
    if not isinstance(metadata, yaml.MappingNode):
        return ""
    said = f'{key}: "{value}"'
    at, annotations = _entry(metadata, "annotations")
    if at is None or annotations is None:
        return _inside(text, metadata, f"annotations: {{{said}}}", f"annotations:\n  {said}")
    if annotations.tag == "tag:yaml.org,2002:null":
        # Nothing behind the colon, or a word for nothing.
        return f"{text[: _colon(text, at)]} {{{said}}}{text[annotations.end_mark.index :]}"
    if not isinstance(annotations, yaml.MappingNode):
        return ""
    _, there = _entry(annotations, key)
    if there is not None:
        return f'{text[: there.start_mark.index]}"{value}"{text[there.end_mark.index :]}'
    return _inside(text, annotations, said, said)


def _entry(node: yaml.MappingNode, name: str) -> tuple[yaml.Node | None, yaml.Node | None]:
    return next(((key, value) for key, value in node.value if key.value == name), (None, None))


def _inside(text: str, mapping: yaml.MappingNode, flow: str, block: str) -> str:
    """One more entry of a mapping: behind its brace, or on a line of its own behind a first entry of one line."""
    start = mapping.start_mark.index
    if mapping.flow_style:
        return f"{text[: start + 1]}{flow}{', ' if mapping.value else ''}{text[start + 1 :]}"
    end = _end_of_line(text, mapping)
    newline = "\r\n" if "\r\n" in text else "\n"
    pad = " " * mapping.start_mark.column
    lines = newline.join(pad + line for line in block.split("\n"))
    if end == len(text) and not text.endswith("\n"):
        return f"{text}{newline}{lines}"
    return f"{text[:end]}{lines}{newline}{text[end:]}"


def _end_of_line(text: str, mapping: yaml.MappingNode) -> int:
    """Behind the first entry that ends on the line on which it begins; else before the first of all."""
    for key, value in mapping.value:
        if isinstance(value, yaml.ScalarNode) and value.end_mark.line == key.start_mark.line:
            found = text.find("\n", value.end_mark.index)
            return len(text) if found < 0 else found + 1
    return text.rfind("\n", 0, mapping.start_mark.index) + 1


def _colon(text: str, key: yaml.Node) -> int:
    return text.index(":", key.end_mark.index) + 1
