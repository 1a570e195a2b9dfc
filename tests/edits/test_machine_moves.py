"""Fixes that move a virtual machine from the physical host of its like."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.edits.fixed_models import JOB, fixed, model

MACHINES = "hv-1: {}, vm-1: {runs_on: hv-1}, vm-2: {runs_on: hv-1}"


@pytest.mark.parametrize(
    ("hosts", "moved"),
    [
        (f"{{{MACHINES}, hv-2: {{}}, vm-3: {{runs_on: hv-2}}}}", {"vm-2": {"runs_on": "hv-2"}}),
        # where none is free, another one is like the first
        (f"{{{MACHINES}}}", {"vm-2": {"runs_on": "hv-2"}, "hv-2": {}}),
        # what else is alone on it stays where it is
        (f"{{{MACHINES}, vm-0: {{runs_on: hv-1}}}}", {"vm-1": {"runs_on": "hv-2"}, "hv-2": {}}),
    ],
)
def test_one_of_two_virtual_machines_leaves_their_physical_host(hosts: str, moved: dict[str, Any]) -> None:
    beside = "files: {kind: service, runs_on: vm-2}" if "vm-0" in hosts else ""
    text = model(
        f"{JOB}\nweb: {{kind: service, runs_on: [vm-1, vm-2]}}\n{beside}", "job -> web: https", "job -> web: x", hosts
    )
    after = fixed(text, "colocated-redundancy")
    assert after["hosts"] == yaml.safe_load(text)["hosts"] | moved


def test_two_processes_of_one_host_are_for_people_to_part() -> None:
    text = model(
        f"{JOB}\nweb: {{kind: service, runs_on: {{a: 2}}}}", "job -> web: https", "job -> web: x", "{a: {}, b: {}}"
    )
    assert fixed(text, "colocated-redundancy") == yaml.safe_load(text)
