"""A `gh` that keeps the comments of a pull request in a file, as GitHub does: `gh api graphql --input -`.

Run as `fake_gh.py DIRECTORY`, then gh's own words. `read-only` in the directory is a token that may not write.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

LONGEST = 65_536
BOT = "github-actions[bot]"
PAGE = 2


def main(directory: Path, words: list[str]) -> int:
    """Answer one query; what was asked is kept in `asked`, a line for each."""
    if words != ["api", "graphql", "--input", "-"]:
        return refuse(f"unknown words: {words}")
    request = json.load(sys.stdin)
    query, variables = request["query"], request["variables"]
    kept = directory / "comments.json"
    comments = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else []
    with (directory / "asked").open("a", encoding="utf-8") as stream:
        stream.write(f"{query.split('(')[0].strip()}\n")
    if "comments(first" in query:
        return show(comments, variables)
    if (directory / "read-only").exists():
        return refuse((directory / "read-only").read_text(encoding="utf-8"))
    if len(variables["body"]) > LONGEST:
        return refuse(f"Body is too long (maximum is {LONGEST} characters)")
    if "addComment" in query and variables["id"] == "PR_17":
        comments.append({"id": f"IC_{len(comments)}", "author": BOT, "body": variables["body"]})
    elif "updateIssueComment" in query:
        (comment,) = [comment for comment in comments if comment["id"] == variables["id"]]
        comment["body"] = variables["body"]
    else:
        return refuse("unknown query")
    kept.write_text(json.dumps(comments), encoding="utf-8")
    print(json.dumps({"data": {}}))
    return 0


def show(comments: list[dict[str, str]], variables: dict[str, object]) -> int:
    """Print one page of the comments."""
    if (variables["owner"], variables["name"], variables["number"]) != ("shop", "web", 17):
        print(json.dumps({"data": {"repository": None}}))
        return 0
    start = int(str(variables["cursor"] or 0))
    nodes = [
        {"id": comment["id"], "body": comment["body"], "viewerDidAuthor": comment["author"] == BOT}
        for comment in comments[start : start + PAGE]
    ]
    position = {"hasNextPage": start + PAGE < len(comments), "endCursor": str(start + PAGE)}
    page = {"id": "PR_17", "comments": {"nodes": nodes, "pageInfo": position}}
    print(json.dumps({"data": {"repository": {"pullRequest": page}}}))
    return 0


def refuse(reason: str) -> int:
    """Fail as gh does."""
    sys.stderr.write(f"{reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
