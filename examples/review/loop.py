"""`make review-demo`: a change of a schema is reviewed, approved, merged, and that very plan is applied.

Starts an embedded Postgres, a repository in a temporary directory and a server that plays GitHub (that of the tests), and runs
the commands that people, a pipeline and a cluster would. Asks nothing, leaves nothing running and no files, and exits with 1
if the digests of what was reviewed, merged and applied are not the same.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
sys.path[:0] = [str(HERE.parent / "quickstart"), str(PROJECT)]

from demo import Unexpected, embedded_postgres, expect, run, say, value  # noqa: E402

from tests.review.platform import TOKEN, World, serving  # noqa: E402

MANIFEST = """\
# The database of the shop.
apiVersion: db.atlasgo.io/v1alpha1
kind: AtlasSchema
metadata:
  name: shop
spec:
  urlFrom: {secretKeyRef: {name: shop, key: url}}
  schema:
    sql: |
      CREATE TABLE users (
          id    bigint PRIMARY KEY,
          name  text NOT NULL,
          phone text
      );
"""
CHANGED = MANIFEST.replace("          phone text\n", "          email text\n")
COLUMNS = "SELECT string_agg(attname, ' ' ORDER BY attname) FROM pg_attribute WHERE attrelid = 'users'::regclass AND attnum > 0 AND NOT attisdropped"
DIGEST = re.compile(r"approved-plan: \"(sha256:[0-9a-f]{64})\"")


def main() -> int:
    began = time.monotonic()
    try:
        with embedded_postgres() as (url, directory), serving() as platform:
            demonstrate(url, directory, platform)
    except Unexpected as problem:
        print(f"\nThe demonstration failed: {problem}", file=sys.stderr)
        return 1
    print(f"\nDone in {time.monotonic() - began:.0f} s. Nothing is left running.")
    return 0


def demonstrate(url: str, directory: Path, platform: World) -> None:
    shop = Shop(directory / "shop", url, platform)

    say("1. A repository with the manifest of a database, which the agent has brought to what main says.")
    shop.write(MANIFEST)
    shop.git("init", "--quiet", "--initial-branch", "main")
    shop.commit("A shop")
    run(["agent", "deploy", "--once"], shop.environment, cwd=shop.top)

    say("2. A branch in which phone goes and email comes.")
    shop.git("checkout", "--quiet", "-b", "email")
    shop.write(CHANGED)
    shop.commit("Write to people, call nobody")

    say(
        "3. The pull request is reviewed. Losing a column waits for an approval, so the check is not green: exit code 3."
    )
    shop.review(code=3)
    (comment,) = platform.bodies
    print(f"\n--- what the pull request shows ---\n{comment}-----------------------------------")
    expect(platform.statuses[-1][1]["state"] == "pending", "the status of the commit is not pending")
    reviewed = _found(DIGEST, comment, "the comment names no digest")

    say("4. Somebody has read it, and approves exactly this plan, in the manifest. Nothing else of the file moves.")
    shop.review("--approve", reviewed, code=0)
    print(shop.git("diff", "--unified=1"))
    shop.commit("Approve the plan")
    shop.review(code=0)
    expect(platform.statuses[-1][1]["state"] == "success", "the status of the commit is not success")
    expect(len(platform.bodies) == 1, "the comment did not edit itself")

    say("5. It is merged, by plain git.")
    shop.git("checkout", "--quiet", "main")
    shop.git("merge", "--no-ff", "--no-edit", "email")
    merged = _found(DIGEST, shop.manifest.read_text(encoding="utf-8"), "what was merged names no digest")
    expect(value(url, COLUMNS) == "id name phone", "the merge alone changed the database")

    say("6. The agent, as the operator would, applies what is on main.")
    lines = run(["agent", "deploy", "--once", "--format", "json"], shop.environment, cwd=shop.top).splitlines()
    events = [json.loads(line) for line in lines]
    applied = [it["digest"] for it in events if it["type"] == "event" and it["kind"] == "applied"]
    expect(value(url, COLUMNS) == "email id name", "the database is not as main says")

    say("7. What was reviewed is what was merged is what was applied:")
    print(f"reviewed  {reviewed}\nmerged    {merged}\napplied   {' '.join(applied)}")
    expect(applied == [reviewed] and merged == reviewed, "the digests are not the same")


class Shop:
    """The repository, and a pull request of it."""

    def __init__(self, top: Path, url: str, platform: World) -> None:
        self.top, self.manifest, self._platform = top, top / "deploy" / "shop.yaml", platform
        self._event = top.parent / "event.json"
        self.manifest.parent.mkdir(parents=True)
        people = {
            f"GIT_{who}_{what}": "demo@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        paths = [str(PROJECT), str(PROJECT / "dialects"), os.environ.get("PYTHONPATH", "")]
        self.environment = {
            **{key: held for key, held in os.environ.items() if not key.startswith(("SCHEMACTL_", "GITHUB_", "GIT_"))},
            **people,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "SCHEMACTL_SECRET_SHOP_URL": url,
        }

    def write(self, text: str) -> None:
        self.manifest.write_text(text, encoding="utf-8")

    def git(self, *words: str) -> str:
        print(f"$ git {shlex.join(words)}", flush=True)
        done = subprocess.run(  # noqa: S603
            ["git", *words],  # noqa: S607
            cwd=self.top,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        expect(done.returncode == 0, f"git {words[0]} said: {done.stdout}")
        return done.stdout

    def commit(self, message: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def review(self, *words: str, code: int) -> None:
        """As a workflow of GitHub's runs it, for the newest commit."""
        head, base = (self.git("rev-parse", name).strip() for name in ("HEAD", "main"))
        self._platform.head = head
        url = f"{self._platform.url}/o/r/pull/5"
        self._event.write_text(
            json.dumps({"pull_request": {"html_url": url, "head": {"sha": head}, "base": {"sha": base}}})
        )
        workflow = {
            "GITHUB_EVENT_PATH": str(self._event),
            "GITHUB_API_URL": self._platform.url,
            "GITHUB_TOKEN": TOKEN,
            "GITHUB_RUN_NUMBER": "1",
        }
        run(["review", "--manifests", "deploy", *words], {**self.environment, **workflow}, cwd=self.top, code=code)


def _found(pattern: re.Pattern[str], text: str, problem: str) -> str:
    found = pattern.search(text)
    if found is None:
        raise Unexpected(problem)
    return found[1]


if __name__ == "__main__":
    sys.exit(main())
