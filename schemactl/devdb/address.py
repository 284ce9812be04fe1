"""Where a dev database is to be: `embedded`, `scratch`, `docker://postgres/17`, or the URL of a server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from schemactl.errors import UsageError
from schemactl.urls import DatabaseUrl

#: A server of a wheel, started for the moment.
EMBEDDED = "embedded"
#: A database made for the moment on the target's own server.
SCRATCH = "scratch"
_IMAGE = re.compile(r"docker://([a-z0-9]+)/([A-Za-z0-9_][A-Za-z0-9_.-]*)/?")


class Way(StrEnum):
    EMBEDDED = EMBEDDED
    SCRATCH = SCRATCH
    DOCKER = "docker"
    URL = "url"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`image` is an official one with its tag, `postgres:17`, where the way is DOCKER; `url` is set where it is URL.

    Its text shows no password.
    """

    way: Way
    image: str = ""
    url: DatabaseUrl | None = None

    @classmethod
    def parse(cls, text: str) -> Address:
        """Raises UsageError for an image that cannot be read, UrlError for a URL that cannot."""
        text = text.strip()
        if text in (EMBEDDED, SCRATCH):
            return cls(way=Way(text))
        if text.startswith("docker:"):
            found = _IMAGE.fullmatch(text)
            if not found:
                raise UsageError(
                    "the dev database is no image of Docker's that can be read",
                    hint="write docker://postgres/17, docker://mysql/9.7 or docker://mariadb/11.8",
                )
            return cls(way=Way.DOCKER, image=f"{found[1]}:{found[2]}")
        return cls(way=Way.URL, url=DatabaseUrl.parse(text))

    def __str__(self) -> str:
        if self.way is Way.DOCKER:
            return f"docker://{self.image.replace(':', '/')}"
        return str(self.url) if self.url is not None else self.way.value

    def redact(self, text: str) -> str:
        """`text` without the secrets of the URL."""
        return self.url.redact(text) if self.url is not None else text
