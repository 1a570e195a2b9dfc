"""Comment on a pull request with the review of its change; a job that may not comment writes its summary instead.

Each run edits the comment of the run before: the one that the token's own account wrote and that begins with the marker.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from archgen.system.executables import find_executable

LONGEST = 65_536
"""Characters of a comment; GitHub refuses a longer one."""

MOST_PAGES = 50
"""Pages of a hundred comments that are searched."""

SECONDS = 60

COMMENTS = """
query($owner: String!, $name: String!, $number: Int!, $cursor: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      id
      comments(first: 100, after: $cursor) {
        nodes { id body viewerDidAuthor }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""
ADD = "mutation($id: ID!, $body: String!) { addComment(input: {subjectId: $id, body: $body}) { clientMutationId } }"
EDIT = "mutation($id: ID!, $body: String!) { updateIssueComment(input: {id: $id, body: $body}) { clientMutationId } }"


class Refused(Exception):
    """GitHub, or the command that asks it, doesn't do what it is asked for; the message says why."""


def main() -> int:
    """Write the comment, or else the summary; the job fails in neither case."""
    with open(os.environ["REPORT"], encoding="utf-8") as stream:
        report = stream.read()
    try:
        write_comment(report)
    except Refused as error:
        with open(os.environ["GITHUB_STEP_SUMMARY"], "a", encoding="utf-8") as stream:
            stream.write(report)
        reason = str(error).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        print(f"::notice title=archgen::No comment ({reason}); the job's summary has the report")
    return 0


def write_comment(report: str) -> None:
    """Edit this action's comment of an earlier run, or add one."""
    marker = f"<!-- archgen-review {identity()} -->"
    body = f"{marker}\n{report}"[:LONGEST]
    for page in pages():
        for comment in page["comments"]["nodes"]:
            if comment["viewerDidAuthor"] and comment["body"].partition("\n")[0].rstrip() == marker:
                if comment["body"] != body:
                    ask(EDIT, id=comment["id"], body=body)
                return
    ask(ADD, id=page["id"], body=body)


def identity() -> str:
    """Return what tells this use of the action from others on the same pull request."""
    names = [os.environ.get(name, "") for name in ("GITHUB_WORKFLOW", "GITHUB_JOB", "PATHS")]
    return hashlib.sha256("\0".join(names).encode()).hexdigest()[:16]


def pages() -> Iterator[dict[str, Any]]:
    """Yield the pull request with each page of its comments, the oldest first."""
    owner, name = os.environ["GITHUB_REPOSITORY"].split("/")
    cursor = None
    for _ in range(MOST_PAGES):
        data = ask(COMMENTS, owner=owner, name=name, number=int(os.environ["NUMBER"]), cursor=cursor)
        page = (data.get("repository") or {}).get("pullRequest")
        if page is None:
            raise Refused("GitHub shows no such pull request")
        yield page
        position = page["comments"]["pageInfo"]
        if not position["hasNextPage"]:
            return
        cursor = position["endCursor"]


def ask(query: str, **variables: object) -> dict[str, Any]:
    """Return the data that answers a query; Refused with the reason if there is none."""
    gh = find_executable("gh")
    if gh is None:
        raise Refused("the runner has no gh command")
    command = (gh, "api", "graphql", "--input", "-")
    request = json.dumps({"query": query, "variables": variables}).encode()
    try:
        answer = subprocess.run(
            command, input=request, capture_output=True, env=_environment(), timeout=SECONDS, check=False
        )
        data = json.loads(answer.stdout)["data"] if answer.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired, ValueError, LookupError, TypeError) as error:
        raise Refused(f"gh: {_first_line(str(error))}") from error
    if not isinstance(data, dict):
        raise Refused(_first_line(answer.stderr.decode(errors="replace")) or "gh gave no reason")
    return data


def _environment() -> dict[str, str]:
    host = urlsplit(os.environ.get("GITHUB_SERVER_URL", "")).hostname or "github.com"
    token = os.environ["GH_TOKEN"]
    return {**os.environ, "GH_HOST": host, "GH_ENTERPRISE_TOKEN": token, "GH_PROMPT_DISABLED": "1", "NO_COLOR": "1"}


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0][:300]


if __name__ == "__main__":
    sys.exit(main())
