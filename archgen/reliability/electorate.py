"""The votes without which a store that steps down answers nothing: its nodes, what votes beside them, a witness."""

from __future__ import annotations

from archgen.model.architecture import Component, Replica
from archgen.model.kinds import FILE_STORES, KINDS
from archgen.model.products import product_of
from archgen.model.steps import Access
from archgen.reliability.index import Index
from archgen.reliability.members import Votes, has_arbitrator

_WITNESSES = (*FILE_STORES, "other")
"""The kinds of which a witness is: a share, a disk, storage of a cloud."""


def electorate(component: Component, index: Index, access: Access) -> tuple[Votes, ...]:
    """Return the votes without which no replica of a store answers an access, as its product steps down without a majority.

    They are those of the component that `by` names, if it has three or more of which some are elsewhere; else the replicas
    vote, and what is elsewhere beside them. Of a store whose replicas all take writes on a majority, they always vote, and `by` is
    an arbitrator, unless it is what spreads the requests over them.
    """
    arbitrated = has_arbitrator(component)
    stops = "all" if arbitrated else product_of(component.product).steps_down
    by = index.components.get(component.replication.by or "") if component.replication is not None else None
    if by is None or stops is None or (stops == "writes" and access == "read"):
        return ()
    if isinstance(by.quorum, int) and not arbitrated:
        return (Votes(by.quorum, _ids(by.replicas)),)
    # a witness votes only where the number of the others is even
    odd = len(component.replicas) % 2 == 1 and stops == "everything"
    beside = _elsewhere(component, by)
    if arbitrated:
        voters = (*_ids(component.replicas), *(() if KINDS[by.kind].balances else _ids(beside)))
    elif beside and len(by.replicas) > 2:
        voters = _ids(by.replicas)
    elif odd:
        voters = _ids(component.replicas)
    else:
        voters = tuple(dict.fromkeys((*_ids(component.replicas), *_ids(beside or _witness(component, by, index)))))
    return (Votes(len(voters) // 2 + 1, voters),)


def _ids(replicas: tuple[Replica, ...]) -> tuple[str, ...]:
    return tuple([replica.id for replica in replicas])


def _elsewhere(component: Component, voter: Component) -> tuple[Replica, ...]:
    """Return the replicas of a voter on no host of a store: a host has one vote, whatever runs on it."""
    own = {replica.hosts for replica in component.replicas}
    return (
        () if voter is component else tuple(each for each in voter.replicas if not each.hosts or each.hosts not in own)
    )


def _witness(component: Component, by: Component, index: Index) -> tuple[Replica, ...]:
    """Return the replica that votes beside the nodes of a store, as their cluster asks it: of one witness, on none of them."""
    asked = (index.components[target] for target in index.callees(by.id)) if by is not component else ()
    witnesses = (_elsewhere(component, each) for each in asked if each.kind in _WITNESSES and each is not component)
    return next((replicas[:1] for replicas in witnesses if replicas), ())
