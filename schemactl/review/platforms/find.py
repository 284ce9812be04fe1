"""Which change on which platform a run is for: from the URL of the change, or from what pipelines say of themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from schemactl.errors import UsageError
from schemactl.review.platforms import Platform
from schemactl.review.platforms.github import GitHub
from schemactl.review.platforms.gitlab import GitLab

_GITHUB = re.compile(r"^/(?P<repository>[^/]+/[^/]+)/pull/(?P<number>\d+)/?$")
_GITEA = re.compile(r"^(?P<below>.*)/(?P<repository>[^/]+/[^/]+)/pulls/(?P<number>\d+)/?$")
_GITLAB = re.compile(r"^/(?P<project>.+?)/-/merge_requests/(?P<number>\d+)/?$")
#: Where a token is looked for, by the platform; the first that is there.
TOKENS = {
    GitHub.__name__: ("SCHEMACTL_TOKEN", "GITHUB_TOKEN", "GH_TOKEN"),
    "Gitea": ("SCHEMACTL_TOKEN", "GITEA_TOKEN", "GITHUB_TOKEN"),
    GitLab.__name__: ("SCHEMACTL_TOKEN", "GITLAB_TOKEN"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`url` is its address for people; `commit` its newest commit, and `base` what it is to be merged into, where known.

    `run` grows with each run of its pipeline; 0 where nothing counts them.
    """

    url: str
    platform: Platform
    commit: str = ""
    base: str = ""
    run: int = 0


def change(url: str, environment: Mapping[str, str]) -> Change | None:
    """The change at `url`, or the one that the pipeline is of; None where there is neither.

    Raises UsageError for a URL of nothing that is known, and where there is no token.
    """
    about = _github(environment) or _gitlab(environment)
    if not url:
        if about is None:
            return None
        url, commit, base, run = about
    else:
        commit, base, run = about[1:] if about is not None and about[0] == url else ("", "", 0)
    return Change(url=url, platform=_platform(url, environment), commit=commit, base=base, run=run)


def base_of(environment: Mapping[str, str]) -> str:
    """What the change that the pipeline is of is to be merged into, where that is known."""
    about = _github(environment) or _gitlab(environment)
    return about[2] if about is not None else ""


def _platform(url: str, environment: Mapping[str, str]) -> Platform:
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    if found := _GITLAB.match(parts.path):
        api = environment.get("CI_API_V4_URL") or f"{origin}/api/v4"
        return GitLab(api, found["project"], int(found["number"]), _token(GitLab.__name__, environment))
    if found := _GITHUB.match(parts.path):
        api = environment.get("GITHUB_API_URL") or (
            "https://api.github.com" if parts.hostname == "github.com" else f"{origin}/api/v3"
        )
        return GitHub(api, found["repository"], int(found["number"]), _token(GitHub.__name__, environment))
    if found := _GITEA.match(parts.path):
        token = _token("Gitea", environment)
        return GitHub(f"{origin}{found['below']}/api/v1", found["repository"], int(found["number"]), token, gitea=True)
    raise UsageError(
        f"{url} is no change on a platform that is known",
        hint="write https://HOST/OWNER/REPOSITORY/pull/NUMBER (GitHub), .../pulls/NUMBER (Gitea) or"
        " .../-/merge_requests/NUMBER (GitLab)",
    )


def _token(platform: str, environment: Mapping[str, str]) -> str:
    for name in TOKENS[platform]:
        if environment.get(name):
            return environment[name]
    raise UsageError(f"there is no token for {platform}", hint=f"set ${TOKENS[platform][0]} or ${TOKENS[platform][-1]}")


def _github(environment: Mapping[str, str]) -> tuple[str, str, str, int] | None:
    """https://docs.github.com/en/actions/reference/workflows-and-actions/variables, which Gitea's runner sets too."""
    path = environment.get("GITHUB_EVENT_PATH")
    if not path:
        return None
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    request = event.get("pull_request") if isinstance(event, dict) else None
    if not request:
        return None
    # A run that is started again counts on beneath its number.
    number, attempt = (int(environment.get(f"GITHUB_RUN_{it}") or 0) for it in ("NUMBER", "ATTEMPT"))
    return (
        str(request["html_url"]),
        str(request["head"]["sha"]),
        str(request["base"]["sha"]),
        number * 1000 + attempt,
    )


def _gitlab(environment: Mapping[str, str]) -> tuple[str, str, str, int] | None:
    """https://docs.gitlab.com/ci/variables/predefined_variables/: of merge request pipelines."""
    number = environment.get("CI_MERGE_REQUEST_IID")
    if not number:
        return None
    return (
        f"{environment.get('CI_PROJECT_URL', '')}/-/merge_requests/{number}",
        # In a pipeline of the merged result, CI_COMMIT_SHA is a commit that nobody wrote.
        environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environment.get("CI_COMMIT_SHA", ""),
        # The first is there for merged results alone; the second is where the change began, maybe long ago.
        environment.get("CI_MERGE_REQUEST_TARGET_BRANCH_SHA") or environment.get("CI_MERGE_REQUEST_DIFF_BASE_SHA", ""),
        int(environment.get("CI_PIPELINE_IID") or 0),
    )
