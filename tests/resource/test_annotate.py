"""The digest of an approved plan goes into the manifest, and nothing else of the file moves."""

from __future__ import annotations

import difflib

import pytest

from schemactl.errors import ManifestError
from schemactl.resource import APPROVED_PLAN, annotated, documents

DIGEST = "sha256:" + "ab" * 32
HEAD = "apiVersion: db.atlasgo.io/v1alpha1\nkind: AtlasSchema\n"
SPEC = (
    "spec:\n  url:   'postgresql://x/y'   # Grüße: ünïcode\n  schema:\n      sql: |\n        CREATE TABLE t (a int);\n"
)
SAID = f'{APPROVED_PLAN}: "{DIGEST}"'
FORMS = {
    "none": ("metadata:\n  name: app   # the app\n  labels: {a: b}\n", ["  annotations:", f"    {SAID}"]),
    "wide": ("metadata:\n      namespace: prod\n      name: app\n", ["      annotations:", f"        {SAID}"]),
    "flow": ("metadata: {name: app}\n", None),
    "flow with annotations": ('metadata: {name: app, annotations: {"x/y": z}}\n', None),
    "an empty flow": ("metadata:\n  name: app\n  annotations: {}\n", None),
    "nothing behind the colon": ("metadata:\n  annotations:\n  name: app\n", None),
    "null": ("metadata:\n  annotations: null  # none yet\n  name: app\n", None),
    "others": (
        "metadata:\n  name: app\n  annotations:\n    # kept\n    x/y: 'z'\n    long: >-\n      folded\n      text\n",
        [f"    {SAID}"],
    ),
    "only long others": ("metadata:\n  annotations:\n    long: |\n      text\n  name: app\n", [f"    {SAID}"]),
    "an older one": (f"metadata:\n  name: app\n  annotations:\n    {APPROVED_PLAN}: 'sha256:00'  # bob\n", None),
}
OTHER = "# another\nkind: ConfigMap\napiVersion: v1\nmetadata: {name: app}\ndata: {a: 'ä'}\n"


def around(metadata: str) -> str:
    return f"{OTHER}---\n{HEAD}{metadata}{SPEC}---\n{OTHER}"


def values(text: str) -> list[object]:
    return [it.value for it in documents(text, "f")]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_only_what_is_said_is_written(form: str, newline: str) -> None:
    metadata, lines = FORMS[form]
    text = around(metadata).replace("\n", newline)
    made = annotated(text, "f", "prod/app" if "prod" in metadata else "default/app", APPROVED_PLAN, DIGEST)
    changes = [it for it in difflib.ndiff(text.split("\n"), made.split("\n")) if it[:1] in "+-"]
    added = [it[2:].rstrip("\r") for it in changes if it[0] == "+"]
    gone = [it for it in changes if it[0] == "-"]
    if lines is not None:
        assert (added, gone) == (lines, [])
    assert len(added) == len(lines or [0]) and len(gone) == len(added) - len(lines or []), changes
    assert ("\r\n" in made) == (newline == "\r\n") and made.count("\r") in (0, made.count("\n"))
    (before, after) = (values(it)[1] for it in (text, made))
    assert isinstance(before, dict) and isinstance(after, dict)
    assert after["metadata"]["annotations"] == {**(before["metadata"].get("annotations") or {}), APPROVED_PLAN: DIGEST}
    assert after["spec"] == before["spec"] and values(made)[::2] == values(text)[::2]


def test_twice_is_once() -> None:
    once = annotated(around(FORMS["none"][0]), "f", "default/app", APPROVED_PLAN, DIGEST)
    assert annotated(once, "f", "default/app", APPROVED_PLAN, DIGEST) == once


def test_a_file_without_a_last_line_end() -> None:
    text = f"{HEAD}{SPEC}metadata:\n  name: app"
    made = annotated(text, "f", "default/app", APPROVED_PLAN, DIGEST)
    assert made == f"{text}\n  annotations:\n    {SAID}"


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}x: &m {{name: app, annotations: &a {{x: y}}}}\nmetadata: *m\n",
        f"{HEAD}metadata:\n  name: other\n",
        f"{HEAD}metadata: {{name: app}}\n---\n{HEAD}metadata: {{name: app}}\n",
        f"{HEAD}metadata:\n  name: app\n  annotations: [a]\n",
    ],
)
def test_what_cannot_be_edited_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ManifestError) as caught:
        annotated(text, "f", "default/app", APPROVED_PLAN, DIGEST)
    assert DIGEST in caught.value.hint
