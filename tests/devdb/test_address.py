"""Where a dev database is to be had, as people write it."""

from __future__ import annotations

import pytest

from schemactl.devdb import Address, Way
from schemactl.errors import UrlError, UsageError


@pytest.mark.parametrize(
    ("text", "way", "image"),
    [
        ("embedded", Way.EMBEDDED, ""),
        ("scratch", Way.SCRATCH, ""),
        ("docker://postgres/17", Way.DOCKER, "postgres:17"),
        ("docker://mysql/9.7", Way.DOCKER, "mysql:9.7"),
        ("docker://postgres/18-bookworm/", Way.DOCKER, "postgres:18-bookworm"),
        ("postgres://me@localhost/dev", Way.URL, ""),
    ],
)
def test_each_way_is_read(text: str, way: Way, image: str) -> None:
    address = Address.parse(text)
    assert (address.way, address.image) == (way, image)


@pytest.mark.parametrize("text", ["docker://postgres", "docker://postgres/17/dev", "docker://", "docker://a b/1"])
def test_an_image_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no image"):
        Address.parse(text)


def test_what_is_no_url_is_refused() -> None:
    with pytest.raises(UrlError):
        Address.parse("embeded")


def test_its_text_has_no_password() -> None:
    address = Address.parse("postgresql://me:s3cret@localhost/dev")
    assert "s3cret" not in str(address) and "s3cret" not in repr(address)
    assert address.redact("it was s3cret") == "it was ***"
