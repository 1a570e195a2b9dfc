"""Models with one hostile text in every field that takes words."""

from __future__ import annotations

import os

import yaml

from archgen.language.load import load
from archgen.model.problems import ModelError
from tests.hostile import HOSTILE


def model(words: str) -> str:
    """A whole model that says the words wherever it can; its names are the words too."""
    steps = [
        {"user -> web": words},
        {"note": {"over": "web", "text": words}},
        {"opt": {"when": words, "steps": [{"web -> db": {"message": words}}, {"db --> web": words}]}},
        {"alt": [{"when": words, "steps": [{"web -> db": words}]}, {"when": words, "steps": [{"web -> db": words}]}]},
        {"web --> user": words},
    ]
    said = {
        "archgen": 1,
        "name": words,
        "summary": words,
        "zones": {"z": {"kind": "datacenter", "name": words}},
        "networks": {"n": {"trust": "private", "name": words}},
        "hosts": {"a": {"name": words, "zone": "z", "network": "n", "address": words, "why": words, "owner": words}},
        "components": {
            "user": {"kind": "client", "name": words, "why": words},
            "dns": {
                "kind": "dns",
                "managed": True,
                "domain": words,
                "records": [{"name": words, "type": "TXT", "value": words}],
            },
            "fw": {"kind": "firewall", "guards": ["n"], "rules": [{"from": "user", "to": "web", "action": "allow"}]},
            "web": {
                "kind": "web-server",
                "name": words,
                "product": words,
                "icon": words,
                "why": words,
                "version": words,
                "owner": words,
                "runs_on": "a",
                "balance": {"algorithm": words, "health_check": words},
                "links": {words[:100] or "link": "https://example.org/?<>\"'"},
            },
            "db": {"kind": "database", "runs_on": "a"},
            "agent": {
                "kind": "monitoring-agent",
                "runs_on": "a",
                "collects": [{"from": "web", "what": ["metrics"], "measures": [words]}],
            },
            "monitor": {"kind": "monitoring", "managed": True, "alerts": [words], "probes": [words]},
        },
        "certificates": {"c": {"names": [words], "installed_on": ["web"], "issuer": words}},
        "connections": {
            "user -> dns": "dns",
            "user -> web": {"protocol": "http", "why": words},
            "web -> db": {"protocol": "mysql"},
        },
        "flows": {"f": {"title": words, "summary": words, "domain": words, "steps": steps}},
        "accept": [
            {"rule": "missing-tls", "subject": "user -> web", "reason": words, "owner": words, "until": "2090-01-01"}
        ],
    }
    return str(yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=100_000))


def write(directory: str) -> dict[str, str]:
    """A model file per hostile text that the language lets through; the words by the model's id."""
    os.makedirs(directory, exist_ok=True)
    written: dict[str, str] = {}
    for position, words in enumerate(HOSTILE):
        name = f"hostile-{position}"
        try:
            text = model(words).encode()
            load(f"{name}.arch.yaml", text)
        except (ModelError, UnicodeError, yaml.YAMLError):
            continue
        written[name] = words
        with open(os.path.join(directory, f"{name}.arch.yaml"), "wb") as stream:
            stream.write(text)
    return written
