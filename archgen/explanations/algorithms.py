"""How each distribution algorithm of a load balancer works."""

from __future__ import annotations

from archgen.explanations.explanation import indexed

ALGORITHMS = indexed(
    (
        (
            "round-robin",
            "Round robin",
            "Round robin hands each new request to the next server in the list and starts again from the first after "
            "the last, so each server gets the same number of requests. It is simple and fair where servers are equal "
            "and requests cost about the same; it takes no notice of how busy a server is.",
        ),
        (
            "weighted-round-robin",
            "Weighted round robin",
            "Weighted round robin goes round the servers in turn, but a server with weight 2 gets two requests where a "
            "server with weight 1 gets one. It suits servers of unequal strength, or sending a small share of the "
            "traffic to a new version.",
        ),
        (
            "least-connections",
            "Least connections",
            "Least connections hands each new request to the server that has the fewest open connections at that "
            "moment. A server that is slow, or busy with long requests, gets fewer new ones by itself. It suits "
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
            "Least response time hands each new request to the server that has been answering fastest, usually "
            "together with how many connections it has open. It follows real speed, but a server that fails fast looks "
            "quick, so it needs a health check that sees errors.",
        ),
        (
            "source-hash",
            "Source hash (IP hash)",
            "Source hash computes a number from the client's address and picks the server by it, so one client reaches "
            "the same server each time as long as the list of servers does not change. It keeps sessions together "
            "without a cookie; many users behind one address all land on one server.",
        ),
        (
            "uri-hash",
            "URI hash",
            "URI hash picks the server by a number computed from the address of the page that is asked for. The same "
            "page always goes to the same server, which makes good use of that server's cache.",
        ),
        (
            "consistent-hash",
            "Consistent hash",
            "A consistent hash picks the server by a key of the request in such a way that adding or losing a server "
            "moves only the keys of that server, and leaves all others where they were.",
        ),
        (
            "random",
            "Random",
            "Random hands each request to a server drawn by lot. Over many requests the shares even out, and several "
            "load balancers need not agree with each other about whose turn it is.",
        ),
        (
            "two-choices",
            "Power of two choices",
            "Two servers are drawn by lot, and the less busy of the two gets the request. It avoids the worst queues "
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
"""Names that products use, by the name they are explained under."""
