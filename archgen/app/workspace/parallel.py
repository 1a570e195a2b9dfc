"""Many models checked by several processes: the same result as by one, of which only what a report needs comes back."""

from __future__ import annotations

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.app.models import Task, Tell, check_in_turn, check_model, silent
from archgen.app.workspace.worker_pool import parallel_map
from archgen.linting.checked_model import BrokenModel, CheckedModel, Model
from archgen.model.architecture import Architecture
from archgen.model.problems import Place
from archgen.model.subject import Subject


def check_in_parallel(task: Task, tell: Tell, processes: int) -> tuple[Model, ...]:
    """Check the inputs in their order."""
    if len(task.inputs) < 2:
        return check_in_turn(task, tell)
    checked: dict[str, CheckedModel] = {}
    # the copies of this process share what the first model makes it import
    models = [check_model(task, 0, tell, checked)]

    def check(index: int) -> Model:
        return _lean(check_model(task, index + 1, silent, checked))

    rest = task.inputs[1:]
    for source, model in zip(rest, parallel_map(len(rest), check, processes), strict=True):
        models.append(replace(model, data=source.data or b""))
        tell(model.file)
    return tuple(models)


def _lean(model: Model) -> Model:
    """Return the model without its text and what no report needs; of its flows, those that a proof names stay."""
    if isinstance(model, BrokenModel):
        return replace(model, data=b"")
    full = model.architecture
    proven = {finding.proof.flow for finding in model.findings if finding.proof is not None}
    flows = tuple(flow for flow in full.flows if flow.id in proven)
    lean = Architecture(id=full.id, file=full.file, name=full.name, follows=full.follows, flows=flows)
    return replace(model, data=b"", topology=Topology(lean), source=FollowsPlace(model.source.at("follows")))


class FollowsPlace:
    """The place of `follows` in a source, the only place that several models together are asked for."""

    def __init__(self, follows: Place) -> None:
        self._follows = follows

    def place(self, subject: Subject) -> Place:
        """Return the place of `follows`."""
        return self._follows

    def at(self, *path: str | int) -> Place:
        """Return the place of `follows`."""
        return self._follows

    def lines(self, file: str) -> tuple[str, ...]:
        """Return nothing; lines are read from the file's text."""
        return ()
