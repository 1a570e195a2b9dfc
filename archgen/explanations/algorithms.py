"""Explanations of the load-balancing algorithms."""

from __future__ import annotations

from archgen.explanations.explanation import indexed

ALGORITHMS = indexed(
    (
        (
            "round-robin",
            "Round robin",
            "Round robin sends each new request to the next server in the list and starts again from the first after "
            "the last, so each server gets the same number of requests. It is simple and fair where servers are equal "
            "and requests cost about the same; it ignores how busy a server is.",
        ),
        (
            "weighted-round-robin",
            "Weighted round robin",
            "Weighted round robin uses the servers in turn, but a server with weight 2 gets two requests where a "
            "server with weight 1 gets one. It suits servers of unequal strength, or sending a small share of the "
            "traffic to a new version.",
        ),
        (
            "least-connections",
            "Least connections",
            "Least connections sends each new request to the server that has the fewest open connections at that "
            "moment. A server that is slow, or busy with long requests, automatically gets fewer new ones. It suits "
            "requests of very different length.",
        ),
        (
            "weighted-least-connections",
            "Weighted least connections",
            "Weighted least connections compares the number of open connections divided by each server's weight, so a "
            "server with twice the weight carries twice as many connections before it counts as equally busy.",
        ),
        (
            "least-time",
            "Least response time",
            "Least response time sends each new request to the server that has been responding fastest, usually "
            "weighted by its number of open connections. It follows real speed, but a server that fails fast looks "
            "quick, so it needs a health check that sees errors.",
        ),
        (
            "source-hash",
            "Source hash (IP hash)",
            "Source hash computes a number from the client's address and picks the server by it, so one client reaches "
            "the same server each time as long as the list of servers does not change. It keeps sessions together "
            "without a cookie; many visitors behind one address all land on one server.",
        ),
        (
            "uri-hash",
            "URI hash",
            "URI hash picks the server by a number computed from the address of the requested page. The same "
            "page always goes to the same server, which makes good use of that server's cache.",
        ),
        (
            "consistent-hash",
            "Consistent hash",
            "A consistent hash picks the server by a key of the request. Adding or losing a server moves only the keys "
            "of that server and leaves all others where they were.",
        ),
        (
            "random",
            "Random",
            "Random sends each request to a random server. Over many requests the shares even out, and several load "
            "balancers need not agree on whose turn it is.",
        ),
        (
            "two-choices",
            "Power of two choices",
            "The load balancer picks two random servers, and the less busy one gets the request. It avoids the worst queues "
            "almost as well as knowing all servers, and works for many load balancers side by side.",
        ),
        (
            "first",
            "First available",
            "First available fills one server up to its limit before it uses the next. It keeps as few servers busy as "
            "possible, so that the rest can be switched off; it does not spread the load.",
        ),
    )
)

ALGORITHM_NAMES: dict[str, str] = {
    "roundrobin": "round-robin",
    "static-rr": "weighted-round-robin",
    "leastconn": "least-connections",
    "least-conn": "least-connections",
    "least-connection": "least-connections",
    "least-response-time": "least-time",
    "fastest": "least-time",
    "weighted": "weighted-round-robin",
    "source": "source-hash",
    "ip-hash": "source-hash",
    "uri": "uri-hash",
    "url-hash": "uri-hash",
    "hash": "consistent-hash",
    "ring-hash": "consistent-hash",
    "maglev": "consistent-hash",
    "power-of-two": "two-choices",
    "random-two-choices": "two-choices",
}
"""The ids of explanations by the names that products use."""
