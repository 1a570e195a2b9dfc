"""Explanations of the measures: meaning and calculation."""

from __future__ import annotations

from archgen.explanations.explanation import indexed

MEASURES = indexed(
    (
        (
            "availability",
            "Availability",
            "The share of time in which a flow works: its mean time between failures divided by the sum of that and its "
            "mean time to repair (IEC 60050-192). It is computed from the availabilities of all elements and from which "
            "combinations of failures take the flow down: exactly where possible, otherwise as bounds.",
        ),
        (
            "downtime",
            "Downtime",
            "The expected time per year in which a flow does not work: one minus its availability, times the hours of a "
            "year. 99.9% allows 8.8 hours per year, 99.99% allows 53 minutes.",
        ),
        (
            "mtbf",
            "Mean time between failures (MTBF)",
            "The average time that an element works from one failure to the next. Together with the mean time to repair "
            "it determines the availability.",
        ),
        (
            "mttr",
            "Mean time to repair (MTTR)",
            "The average time until a failed element works again, including the time to notice the failure.",
        ),
        (
            "cut-set",
            "Cut set",
            "Elements whose joint loss takes a flow down, although it survives the loss of all but one of them. A "
            "single point of failure is a cut set of one element; a pair is a cut set of two.",
        ),
        (
            "importance",
            "Importance: what to fix first",
            "The downtime per year that a flow would save if one element never failed. It ranks what to fix first: an "
            "element that fails often behind a replica may matter less than one that fails rarely and stands alone (Birnbaum, On "
            "the importance of different components in a multicomponent system, 1969).",
        ),
        (
            "assumed-number",
            "Assumption",
            "An availability that the model does not declare is taken from a table of typical values, each with its "
            "source. Every result shows how many assumptions it is based on, and how it changes if they are ten times "
            "better or worse.",
        ),
        (
            "demand",
            "Demand",
            "The requests per second of a flow. Spread over the replicas that serve it, they determine the load of each, "
            "today and after the loss of any one element.",
        ),
        (
            "recovery-time",
            "Recovery time objective (RTO)",
            "The longest time that a flow may be down after a failure. A manual failover or a restore from a backup has to "
            "fit into it.",
        ),
        (
            "recovery-point",
            "Recovery point objective (RPO)",
            "The most recent data that may be lost, as a time. The lag of an asynchronous replica, or the interval of a "
            "backup, determines how much can be lost.",
        ),
        (
            "severity",
            "Severity",
            "How bad a finding is. An error takes a flow down or opens the system to attackers; a warning does so under "
            "likely conditions; an info finding is worth knowing, or asks for a fact that the model lacks.",
        ),
        (
            "proof",
            "Proof",
            "The evidence for a finding: the lost elements, the flow and its failing step, and the replicas on the path to "
            "it. archgen simulate gives the same result for the same elements.",
        ),
        (
            "accepted-risk",
            "Accepted risk",
            "A finding with an owner: the model declares who, why and until when. It is shown but not counted, and it is "
            "open again after its date.",
        ),
    )
)
"""Measures by id."""
