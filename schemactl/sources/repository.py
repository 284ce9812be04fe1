"""Files of a repository elsewhere: one commit of it is fetched by the user's own git, and read."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from schemactl.errors import SourceNotFoundError
from schemactl.sources.words import GitSource

_SCHEMES = ("git+https", "git+http", "git+ssh", "git+file")
_FORM = "write git+https://HOST/REPOSITORY.git//PATH?ref=REF"
#: Seconds for one fetch.
TIMEOUT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """`git+https://HOST/REPOSITORY//PATH?ref=REF`: `url` is git's, `path` a file or a directory of .sql files in it."""

    url: str
    path: str
    ref: str

    @classmethod
    def parse(cls, text: str) -> Repository:
        """Raises SourceNotFoundError, which shows nothing of the URL but its scheme."""
        parts = urlsplit(text)
        repository, found, path = parts.path.partition("//")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        ref = query.pop("ref", "HEAD")
        if parts.scheme not in _SCHEMES or not repository.strip("/") or not found or query or parts.fragment:
            raise SourceNotFoundError(f"this {parts.scheme} URL names no file of a repository", hint=_FORM)
        if parts.password is not None or (parts.username is not None and parts.scheme != "git+ssh"):
            raise SourceNotFoundError(
                f"this {parts.scheme} URL holds a user", hint="let git's own configuration have the credentials"
            )
        if not ref or ref.startswith("-"):
            raise SourceNotFoundError(f"{ref!r} is no name of a commit", hint=_FORM)
        url = f"{parts.scheme.removeprefix('git+')}://{parts.netloc}{repository}"
        return cls(url=url, path=unquote(path), ref=ref)

    def fetched(self, home: Path) -> GitSource:
        """The files at the commit that `ref` names now, in a bare repository of ours below `home`.

        Not for two threads at once. Raises SourceNotFoundError.
        """
        place = home / hashlib.sha256(self.url.encode()).hexdigest()[:32]
        if not (place / "HEAD").exists():
            place.mkdir(parents=True, exist_ok=True)
            self._git("init", "--quiet", "--bare", str(place))
        self._git("-C", str(place), "fetch", "--quiet", "--depth=1", "--no-tags", "--force", "--", self.url, self.ref)
        commit = self._git("-C", str(place), "rev-parse", "--verify", "FETCH_HEAD^{commit}").strip()
        return GitSource(ref=commit, path=self.path, repository=place)

    def _git(self, *arguments: str) -> str:
        # Nobody is there to be asked, and no other program is run in place of a protocol.
        environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "https:http:ssh:file"}
        environment.setdefault("GIT_SSH_COMMAND", "ssh -o BatchMode=yes")
        try:
            done = subprocess.run(  # noqa: S603
                ["git", *arguments],  # noqa: S607
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=TIMEOUT,
                check=False,
            )
        except FileNotFoundError:
            raise SourceNotFoundError("git is not installed here, which reading a repository takes") from None
        except subprocess.TimeoutExpired:
            raise SourceNotFoundError(f"{self.url} does not answer within {TIMEOUT} s") from None
        if done.returncode:
            said = done.stderr.strip().splitlines()
            why = said[-1].removeprefix("fatal: ") if said else "git failed"
            raise SourceNotFoundError(f"{self.ref} of {self.url} cannot be fetched: {why}")
        return done.stdout
