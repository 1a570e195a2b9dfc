"""What each number that is told of an architecture means, and how it is found."""

from __future__ import annotations

from archgen.explanations.explanation import indexed

MEASURES = indexed(
    (
        (
            "availability",
            "Availability",
            "The share of time in which a flow works: its mean time between failures divided by the sum of that and its "
            "mean time to repair (IEC 60050-192). It is computed from the availabilities of all elements and from which "
            "combinations of failures stop the flow, exactly where that is possible; otherwise bounds are stated.",
        ),
        (
            "downtime",
            "Downtime",
            "How long a flow is expected not to work in a year: what its availability lacks to one, times the hours of "
            "a year. 99.9 % leaves 8.8 hours a year, 99.99 % leaves 53 minutes.",
        ),
        (
            "mtbf",
            "Mean time between failures (MTBF)",
            "How long an element works on average from one failure to the next. With the mean time to repair it gives the "
            "availability.",
        ),
        (
            "mttr",
            "Mean time to repair (MTTR)",
            "How long it takes on average until an element that failed works again, noticing the failure included.",
        ),
        (
            "cut-set",
            "Cut set",
            "Elements that together stop a flow when all of them are lost, while the loss of all but one is survived. A "
            "single point of failure is a cut set of one element; a pair is a cut set of two.",
        ),
        (
            "importance",
            "Importance: what to fix first",
            "How much longer a year a flow would be up if one element never failed. It ranks what to work on: an element "
            "that fails often behind a replica may matter less than one that fails rarely and stands alone (Birnbaum, On "
            "the importance of different components in a multicomponent system, 1969).",
        ),
        (
            "assumed-number",
            "Assumed number",
            "An availability that the model does not state is taken from a table of typical ones, each with its source. "
            "Every result says how many assumptions it rests on, and how far it moves if they are ten times better or "
            "worse.",
        ),
        (
            "demand",
            "Demand",
            "How many requests per second a flow brings. Spread over the replicas that serve it, it gives the load of "
            "each, today and after the loss of any one element.",
        ),
        (
            "recovery-time",
            "Recovery time objective (RTO)",
            "How long a flow may be down after a failure. A failover by a person or a restore from a backup has to fit "
            "into it.",
        ),
        (
            "recovery-point",
            "Recovery point objective (RPO)",
            "How much of the latest data may be lost, as a time. The lag of an asynchronous replica, or the interval of "
            "a backup, is what can be lost.",
        ),
        (
            "severity",
            "Severity",
            "How bad a finding is. An error stops a flow or opens the system to strangers; a warning does so under "
            "conditions that are likely to come; an info is worth knowing, or asks for a fact that the model lacks.",
        ),
        (
            "proof",
            "Proof",
            "Why a finding is true: the elements that are lost, the flow and the step that then fails, and the replicas "
            "on the path up to there. archgen simulate gives the same answer for the same elements.",
        ),
        (
            "accepted-risk",
            "Accepted risk",
            "A finding that somebody answers for: the model states who, why and until when. It is shown and not counted, "
            "and it is open again when its date has passed.",
        ),
    )
)
"""Measures by id."""
