"""GitHub, and Gitea, which speaks its form: https://docs.github.com/en/rest, /api/swagger of a Gitea."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from schemactl.review.platforms import Outcome, Remark, Standing
from schemactl.review.platforms.api import Api

#: The longest description of a status.
_DESCRIPTION = 140
#: What GitHub calls those who belong to a project.
_INSIDERS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})


class GitHub:
    """A pull request. `api` is where the API is: https://api.github.com, or https://HOST/api/v3; a Gitea's, /api/v1."""

    def __init__(self, api: str, repository: str, number: int, token: str, *, gitea: bool = False) -> None:
        scheme = "token" if gitea else "Bearer"
        headers = {"Authorization": f"{scheme} {token}", "Accept": "application/json"}
        if not gitea:
            headers |= {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        self.api = Api(api, headers)
        self._repository, self._number, self._size = f"/repos/{repository}", number, "limit" if gitea else "per_page"
        self._gitea = gitea
        self.name = "Gitea" if gitea else "GitHub"

    def remarks(self) -> Iterator[Sequence[Remark]]:
        for page in self.api.pages(f"{self._repository}/issues/{self._number}/comments", self._size):
            yield [
                Remark(id=str(it["id"]), body=it.get("body") or "", author=(it.get("user") or {}).get("login") or "")
                for it in page
            ]

    def user(self) -> str:
        from schemactl.errors import PlatformError

        try:
            return str(self.api.get("/user")["login"])
        except PlatformError:
            # The token of a workflow is nobody's; what it writes is by the bot.
            return "github-actions[bot]" if self.name == "GitHub" else ""

    def create(self, body: str) -> None:
        self.api.send("POST", f"{self._repository}/issues/{self._number}/comments", {"body": body})

    def update(self, remark: str, body: str) -> None:
        self.api.send("PATCH", f"{self._repository}/issues/comments/{remark}", {"body": body})

    def delete(self, remark: str) -> None:
        self.api.send("DELETE", f"{self._repository}/issues/comments/{remark}")

    def standing(self) -> Standing:
        found = self.api.get(f"{self._repository}/pulls/{self._number}")
        head = str(found["head"]["sha"])
        last: dict[str, str] = {}
        for page in self.api.pages(f"{self._repository}/pulls/{self._number}/reviews", self._size):
            for it in page:
                if not self._counts(it):
                    continue
                # A comment takes no approval back; a later word of the same person does, and so does a new commit.
                if it.get("state") in ("APPROVED", "CHANGES_REQUESTED", "REQUEST_CHANGES", "DISMISSED"):
                    approved = it["state"] == "APPROVED" and it.get("commit_id") == head and not it.get("dismissed")
                    last[str((it.get("user") or {}).get("login"))] = "approved" if approved else ""
        return Standing(
            head=head,
            labels=frozenset(str(label["name"]) for label in found.get("labels") or ()),
            approvers=frozenset(name for name, said in last.items() if said),
        )

    def _counts(self, review: dict[str, Any]) -> bool:
        """Whether it is by somebody of the project: anybody may approve of a public change."""
        return bool(review.get("official")) if self._gitea else review.get("author_association") in _INSIDERS

    def status(self, commit: str, outcome: Outcome, context: str, description: str) -> None:
        body = {"state": outcome.value, "context": context, "description": description[:_DESCRIPTION]}
        self.api.send("POST", f"{self._repository}/statuses/{commit}", body)
