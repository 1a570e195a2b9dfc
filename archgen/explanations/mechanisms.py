"""What each mechanism is and how it works: names, addresses, encryption, redundancy, monitoring, growth."""

from __future__ import annotations

from archgen.explanations.explanation import indexed

_REACHING = (
    (
        "server",
        "Server",
        "A server is a machine, physical or virtual, that runs programs for others and is reachable over a network, "
        "usually day and night in a data centre. It hosts whatever is placed on it, and all of that is lost together "
        "when the machine fails.",
    ),
    (
        "domain-name",
        "Domain name",
        "A domain name is the human-readable name of a site. People remember it and links contain it, while the "
        "network needs a numeric address; the name can stay the same when the servers behind it change. It is "
        "registered for a term, and whoever holds it decides in its DNS zone where each name under it leads.",
    ),
    (
        "dns-a",
        "A record",
        "An A record gives the IPv4 address of a name; an AAAA record gives its IPv6 address. It is what a name needs "
        "that leads straight to a server or a load balancer.",
    ),
    (
        "dns-aaaa",
        "AAAA record",
        "An AAAA record gives the IPv6 address of a name, as an A record gives its IPv4 address.",
    ),
    (
        "dns-cname",
        "CNAME record",
        "A CNAME record says that a name is an alias of another name; the resolver goes on with that one. Its value is "
        "always a name, never an address, and no other record may stand beside it under the same name, so the top of a "
        "zone cannot be one.",
    ),
    (
        "dns-mx",
        "MX record",
        "An MX record names the servers that receive mail for a domain, the most preferred first.",
    ),
    (
        "dns-ns",
        "NS record",
        "An NS record names the servers that answer for a zone; with several, names still resolve when one is away.",
    ),
    (
        "dns-txt",
        "TXT record",
        "A TXT record carries free text, such as a proof that one holds the domain or which servers may send its mail.",
    ),
    (
        "http-over-tcp",
        "How the server communicates with the user's computer",
        "The browser and the server speak HTTP over TCP/IP. IP carries packets from address to address across the "
        "internet, TCP makes of them a reliable stream between two ports (80 for HTTP, 443 for HTTPS), and over that "
        "stream the browser sends an HTTP request and the server returns an HTTP response.",
    ),
    (
        "https",
        "HTTPS: why the traffic is encrypted",
        "HTTPS is HTTP inside TLS. Plain HTTP can be read and changed by everybody on the way: passwords and cookies "
        "can be stolen, pages can be falsified, and nobody can tell whether the right server answered. TLS prevents "
        "all three: it keeps the content secret, notices any change of it, and has the server prove with a certificate "
        "that the name belongs to it.",
    ),
    (
        "certificate",
        "TLS certificate",
        "A certificate states which names a public key belongs to, signed by an authority that browsers trust. The "
        "server that ends TLS holds it together with the private key. It is valid for the names on it and up to its "
        "expiry, after which browsers warn visitors away, so it has to be renewed in time.",
    ),
    (
        "tls-termination",
        "Where TLS ends",
        "The machine that holds the certificate decrypts the traffic: TLS ends there. What it passes on is a new "
        "connection, and is in clear unless that one is encrypted as well. Ending TLS at the load balancer keeps the "
        "certificate in one place and lets it read and route requests, at the price that the network behind it has to "
        "be trusted.",
    ),
    (
        "network-trust",
        "Networks and trust",
        "Machines that trust each other equally share a network; where trust changes, a firewall stands between. A "
        "demilitarised zone (DMZ) holds what the internet may reach; a private network holds what it may not.",
    ),
)

_SHARING = (
    (
        "health-check",
        "Health check",
        "The load balancer asks each server at short intervals whether it can still do its work. One that fails a few "
        "times in a row gets no more requests until it answers again. A check that only opens the port does not notice "
        "an application that accepts connections and answers with errors.",
    ),
    (
        "stickiness",
        "Stickiness",
        "With stickiness the load balancer sends the requests of one visitor to the same server, known by a cookie or "
        "an address. It is needed where a server keeps the session in its own memory, and those sessions are lost with "
        "the server.",
    ),
    (
        "active-active",
        "Active-active and active-passive",
        "In an active-active setup all members take traffic at the same time: each adds capacity, and when one fails "
        "the others carry its share. In an active-passive setup one member works while the other stands by and takes "
        "over only when the first one fails: it adds safety but no capacity, and the change-over takes a moment. An "
        "algorithm such as round robin, which gives every member its share, is active-active by its nature.",
    ),
    (
        "shared-address",
        "Shared address",
        "Two machines share one address that only one of them holds at a time. They send each other signs of life "
        "(VRRP is the usual protocol); when those stop, the other one claims the address, and the visitors' "
        "connections arrive there without a change of DNS.",
    ),
    (
        "dns-failover",
        "Failover by DNS",
        "The name leads to another address when the first one fails. It needs no extra machine, but resolvers keep the "
        "old answer until its TTL has passed, so visitors come back only after that.",
    ),
    (
        "anycast",
        "Anycast",
        "Several places announce the same address, and the internet's routing leads each visitor to the nearest one. "
        "When a place stops announcing, routing leads to the next.",
    ),
    (
        "orchestrator",
        "Orchestrator",
        "An orchestrator starts the replicas it was asked for, watches them, and starts a replacement elsewhere when "
        "one is lost.",
    ),
    (
        "floating-replica",
        "Floating replica",
        "A floating replica is not bound to one machine: it runs on any one of several and is started on another when "
        "its machine fails.",
    ),
    (
        "capacity",
        "Capacity",
        "Capacity is how many requests per second a replica can answer. What counts is what is left after the loss of "
        "one: if the rest cannot carry the traffic, redundancy turns a failure into an overload.",
    ),
    (
        "sessions",
        "Sessions",
        "A session is what the site remembers of one visitor between requests. Kept on one server, it ties the visitor "
        "to it and is lost with it; kept in a shared store, any server can answer.",
    ),
)

_DATA = (
    (
        "primary-replica",
        "How a primary-replica cluster works",
        "Of several database servers one is the primary: it takes every write, and records each change in a log. The "
        "replicas receive that log and repeat the changes in the same order, so each holds a copy of the data. Writes "
        "go only to the primary; reads can be served by the primary or by any replica, which spreads the reading load. "
        "The number of writers stays one, so a replica protects the data and the reads; it protects the writes only "
        "where it is promoted to primary when the primary fails.",
    ),
    (
        "primary-and-replica",
        "The difference between primary and replica for the application",
        "The application sends every INSERT, UPDATE and DELETE to the primary; a replica refuses them. It may send a "
        "SELECT to either. A replica may lag behind, so a read that has to see a write just made should go to the "
        "primary, or wait until the replica has caught up. The application therefore needs two addresses, one to write "
        "and one to read, or a proxy that tells the two apart.",
    ),
    (
        "asynchronous-replication",
        "Asynchronous replication",
        "The primary confirms a write before the replicas have it. Writes are fast, replicas lag by milliseconds up to "
        "much more under load, and what had not yet been copied is lost if the primary is lost.",
    ),
    (
        "synchronous-replication",
        "Synchronous replication",
        "The primary confirms a write only when a replica has it too. Nothing confirmed is lost with the primary, but "
        "each write waits for the network, and may have to stop while no replica answers.",
    ),
    (
        "semi-synchronous-replication",
        "Semi-synchronous replication",
        "The primary confirms a write when at least one replica has received it, though not yet applied it. Little can "
        "be lost; after a time-out it usually goes on without waiting.",
    ),
    (
        "failover-manual",
        "Failover by hand",
        "When the primary fails, a person has to notice it, choose a replica and promote it. Until then nothing can be "
        "written: an interruption of minutes at best, of hours at night.",
    ),
    (
        "failover-automatic",
        "Automatic failover",
        "A watcher notices that the active member is gone and promotes another one, usually within seconds. It has to "
        "be sure that the old one is really gone, or two of them take writes at once.",
    ),
    (
        "many-writers",
        "Several writers",
        "Every replica takes writes and passes them to the others. The loss of one stops nothing, but two writes to "
        "the same row in two places can conflict, so the cluster needs a way to agree.",
    ),
    (
        "quorum",
        "Quorum",
        "A cluster with a quorum works only while enough members can reach each other, usually more than half. It "
        "prevents two halves from going on apart from each other; of three members one may be lost, of four still only "
        "one.",
    ),
    (
        "recovery-objectives",
        "Objectives",
        "The recovery time objective is how long an interruption may last; the recovery point objective is how much of "
        "the latest data may be lost, measured in time; availability is the share of time in which requests succeed. "
        "99.9 % allows about 8.8 hours of interruption a year, 99.99 % about 53 minutes.",
    ),
)

_WATCHING = (
    (
        "monitoring-collection",
        "How the monitoring collects its data",
        "A client on each server, also called agent or collector, reads three kinds of data where they arise. Metrics "
        "are numbers measured at intervals, such as load, memory and requests. Logs are the lines that each program "
        "writes about what it does, read as they are appended to the log files. Events are single occurrences, such as "
        "a restart, a deploy or a failover. The client stamps them with time and origin and sends them over an "
        "encrypted connection to the monitoring service, which stores them, draws them and compares them with limits.",
    ),
    (
        "queries-per-second",
        "How to watch a web server's queries per second (QPS)",
        "The web server counts every request since its start; Nginx shows that counter on its status page, and every "
        "request is also a line in its access log. The monitoring client on each server reads the counter at a fixed "
        "interval, say every ten seconds. The difference of two readings divided by the seconds between them is the "
        "rate: 6,000 requests more after 10 seconds are 600 queries per second. Sum it over the servers for the whole "
        "site, keep it per server to see whether the load is spread evenly, and raise an alarm both when it nears the "
        "capacity measured in a load test and when it falls suddenly, which means that requests no longer arrive. A "
        "counter that restarts from zero marks a restart of the web server. Watch errors and response time beside it.",
    ),
    (
        "alerts",
        "Alerts",
        "An alert wakes a person because a measurement passed a limit and somebody has to act. A measurement that "
        "alerts nobody is only seen by those who happen to look.",
    ),
    (
        "outside-probe",
        "Probe from outside",
        "A probe opens the site from another network, as a visitor would. It notices what no client on the servers can "
        "see: a failed DNS, an expired certificate, a lost connection of the data centre.",
    ),
)

_FAILING = (
    (
        "single-point-of-failure",
        "Single point of failure (SPOF)",
        "A single point of failure of a request flow is one element whose loss alone makes the flow fail. It always "
        "belongs to a flow: a database's primary can be one for writing and none for reading. More copies help only if "
        "each can do the work and something moves the traffic to it.",
    ),
    (
        "failure-domain",
        "Failure domains",
        "A failure domain is what fails together: the programs on one machine, the machines in one rack, the racks of "
        "one data centre. Two copies in one failure domain are no protection against its loss.",
    ),
    (
        "maintenance",
        "Maintenance and deployment",
        "New code, security updates and new settings want a restart now and then. With one server, every restart of it "
        "or of its web server interrupts the site. With several behind a load balancer, one after the other can be "
        "taken out, updated and put back while the rest answer.",
    ),
    (
        "deploy-rolling",
        "Rolling deployment",
        "The new version goes to one replica after the other while the rest answer; for a while both versions run side "
        "by side and have to get along.",
    ),
    (
        "deploy-blue-green",
        "Blue-green deployment",
        "The new version is set up beside the old one, and the traffic is switched over at once; switching back is the "
        "way out.",
    ),
    (
        "deploy-in-place",
        "Deployment in place",
        "The new version replaces the old one where it runs, and the replica is away while that happens.",
    ),
    (
        "deploy-by-hand",
        "Deployment by hand",
        "Somebody changes each copy. Copies that were meant to be alike come apart with the first one that is forgotten.",
    ),
    (
        "growth",
        "Growing: vertical and horizontal",
        "A system grows vertically by a stronger machine and horizontally by more machines. A stronger machine is "
        "simple, but has a largest size, a price that rises faster than its strength, and still fails as one. More "
        "machines have no such limit and add safety, but need something in front that spreads the load, and no state "
        "that ties a visitor to one of them.",
    ),
)

MECHANISMS = indexed((*_REACHING, *_SHARING, *_DATA, *_WATCHING, *_FAILING))
