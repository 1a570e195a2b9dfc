"""Jobs of Prometheus whose targets an exporter asks in its place, as that of blackbox does: it is told them in the request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archgen.importers.addresses import mentions
from archgen.importers.facts import Configuration
from archgen.importers.nodes import SourceNode
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable

_REPLACED = b"__address__"
_MOST_JOBS = 200


def asked_by_others(file: Configuration, hosts: Mapping[str, str]) -> dict[int, str]:
    """Return the lines of targets that something else asks than what fetches, with its component; the empty text if none is known."""
    asked: dict[int, str] = {}
    try:
        roots = read_documents(file.data) if _REPLACED in file.data else []
    except Unreadable:
        return asked
    for root in (SourceNode(each, file.path) for each in roots if each is not None):
        for config in (root, root.get("receivers", "prometheus", "config")):
            for job in [*config.get("scrape_configs").list()][:_MOST_JOBS]:
                for address in _replacements(job):
                    found = [mention.host for mention in mentions("", f"http://{address}", hosts)]
                    targets = (item for each in job.get("static_configs").list() for item in each.get("targets").list())
                    asked |= {item.line: next(iter(found), "") for item in targets}
    return asked


def _replacements(job: SourceNode) -> Iterator[str]:
    """Yield the address that a job asks in the place of each of its targets, whatever that is."""
    for rule in job.get("relabel_configs").list():
        address = rule.text_at("replacement")
        is_given = rule.text_at("action") in ("", "replace") and not rule.get("source_labels").value
        if is_given and rule.text_at("target_label") == "__address__" and address and "$" not in address:
            yield address
