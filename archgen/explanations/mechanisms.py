"""Explanations of mechanisms: names, addresses, encryption, redundancy, monitoring, scaling."""

from __future__ import annotations

from archgen.explanations.explanation import indexed

_REACHING = (
    (
        "server",
        "Server",
        "A server is a physical or virtual machine that runs programs for others and is reachable over a network, "
        "usually around the clock in a data center. Everything on it fails together when the machine fails.",
    ),
    (
        "domain-name",
        "Domain name",
        "A domain name is the human-readable name of a site. People remember it and links contain it, while the "
        "network needs a numeric address; the name can stay the same when the servers behind it change. It is "
        "registered for a term, and its owner decides in its DNS zone where each name under it leads.",
    ),
    (
        "dns-a",
        "A record",
        "An A record gives the IPv4 address of a name; an AAAA record gives its IPv6 address. A name that leads "
        "straight to a server or a load balancer needs one.",
    ),
    (
        "dns-aaaa",
        "AAAA record",
        "An AAAA record gives the IPv6 address of a name, as an A record gives its IPv4 address.",
    ),
    (
        "dns-cname",
        "CNAME record",
        "A CNAME record declares that a name is an alias of another name; the resolver continues with that one. Its "
        "value is always a name, never an address, and no other record may exist under the same name, so the top of "
        "a DNS zone cannot be one.",
    ),
    (
        "dns-mx",
        "MX record",
        "An MX record names the servers that receive mail for a domain, the most preferred first.",
    ),
    (
        "dns-ns",
        "NS record",
        "An NS record names the servers that answer for a DNS zone; with several, names still resolve when one is "
        "down.",
    ),
    (
        "dns-txt",
        "TXT record",
        "A TXT record carries free text, such as a proof of ownership of the domain, or the servers that may send "
        "its mail.",
    ),
    (
        "http-over-tcp",
        "Communication between the server and the visitor's computer",
        "The browser and the server speak HTTP over TCP/IP. IP carries packets from address to address across the "
        "internet, TCP makes of them a reliable stream between two ports (80 for HTTP, 443 for HTTPS), and over that "
        "stream the browser sends an HTTP request and the server returns an HTTP response.",
    ),
    (
        "https",
        "HTTPS",
        "HTTPS is HTTP inside TLS. Anyone on the network path can read and change plain HTTP: they can steal "
        "passwords and cookies, falsify pages and impersonate the server. TLS prevents all three: it keeps the "
        "content secret, detects any change of it, and makes the server prove with a certificate that the name "
        "belongs to it.",
    ),
    (
        "certificate",
        "TLS certificate",
        "A certificate binds names to a public key and is signed by an authority that browsers trust. The server "
        "that ends TLS holds it together with the private key. It is valid for the names on it and up to its "
        "expiry, after which browsers warn visitors away, so it has to be renewed in time.",
    ),
    (
        "tls-termination",
        "TLS termination",
        "The host with the certificate decrypts the traffic: TLS ends there. It forwards requests over a new "
        "connection, which is unencrypted unless it uses TLS as well. Ending TLS at the load balancer keeps the "
        "certificate in one place and lets the load balancer read and route requests, but the network behind it "
        "then has to be trusted.",
    ),
    (
        "network-trust",
        "Networks and trust",
        "Hosts that trust each other equally share a network; a firewall separates networks of different trust. A "
        "demilitarized zone (DMZ) holds the hosts that the internet may reach; a private network holds those that "
        "it may not.",
    ),
)

_SHARING = (
    (
        "health-check",
        "Health check",
        "The load balancer asks each server at short intervals whether it still works. A server that fails several "
        "checks in a row gets no more requests until it passes again. A check that only opens the port does not "
        "detect an application that accepts connections and responds with errors.",
    ),
    (
        "stickiness",
        "Stickiness",
        "With stickiness the load balancer sends the requests of one visitor to the same server, identified by a "
        "cookie or an address. It is necessary if a server keeps the session in its own memory, and those sessions "
        "are lost with the server.",
    ),
    (
        "active-active",
        "Active-active and active-passive",
        "In an active-active setup all members take traffic at the same time: each adds capacity, and when one "
        "fails the others carry its share. In an active-passive setup one member works while the other is on "
        "standby and takes over only when the first one fails: it adds redundancy but no capacity, and the failover "
        "takes a moment. An algorithm such as round robin, which gives every member a share, is active-active by "
        "nature.",
    ),
    (
        "shared-address",
        "Shared address",
        "Two hosts share one address that only one of them holds at a time. They send each other heartbeats (VRRP "
        "is the usual protocol); when those stop, the other host claims the address, and the visitors' connections "
        "arrive there without a DNS change.",
    ),
    (
        "dns-failover",
        "DNS failover",
        "The name leads to another address when the first one fails. It needs no extra machine, but resolvers cache "
        "the old response until its TTL expires, so visitors come back only after that.",
    ),
    (
        "anycast",
        "Anycast",
        "Several locations announce the same address, and the internet's routing leads each visitor to the nearest "
        "one. When a location stops announcing, routing leads to the next.",
    ),
    (
        "orchestrator",
        "Orchestrator",
        "An orchestrator starts the requested replicas, monitors them, and starts a replacement elsewhere when one "
        "is lost.",
    ),
    (
        "floating-replica",
        "Floating replica",
        "A floating replica is not bound to one host: it runs on any one of several, and starts on another when its "
        "host fails.",
    ),
    (
        "capacity",
        "Capacity",
        "Capacity is the number of requests per second that a replica can handle. The capacity that remains after "
        "the loss of one replica counts: if it is too small for the traffic, redundancy turns a failure into an "
        "overload.",
    ),
    (
        "sessions",
        "Sessions",
        "A session is the data that the site keeps about one visitor between requests. Kept on one server, it ties "
        "the visitor to that server and is lost with it; kept in a shared store, it lets any server respond.",
    ),
)

_DATA = (
    (
        "primary-replica",
        "Primary-replica cluster",
        "Of several database servers, one is the primary: it takes every write, and records each change in a log. "
        "The replicas receive that log and repeat the changes in the same order, so each holds a copy of the data. "
        "Writes go only to the primary; reads can go to the primary or to any replica, which spreads the read load. "
        "There is still only one writer, so a replica protects the data and the reads; it protects the writes only "
        "if it is promoted to primary when the primary fails.",
    ),
    (
        "primary-and-replica",
        "Primary and replica for the application",
        "The application sends every INSERT, UPDATE and DELETE to the primary; a replica refuses them. It may send "
        "a SELECT to either. A replica may lag behind, so a read that has to see a recent write should go to the "
        "primary, or wait until the replica has caught up. The application therefore needs two addresses, one for "
        "writes and one for reads, or a proxy that separates the two.",
    ),
    (
        "asynchronous-replication",
        "Asynchronous replication",
        "The primary confirms a write before the replicas have it. Writes are fast, replicas lag by milliseconds up "
        "to much more under load, and writes that were not yet copied are lost with the primary.",
    ),
    (
        "synchronous-replication",
        "Synchronous replication",
        "The primary confirms a write only when a replica has it too. No confirmed write is lost with the primary, "
        "but each write waits for the network, and writes may have to stop while no replica responds.",
    ),
    (
        "semi-synchronous-replication",
        "Semi-synchronous replication",
        "The primary confirms a write when at least one replica has received it, though not yet applied it. Little "
        "data can be lost; after a timeout it usually continues without waiting.",
    ),
    (
        "failover-manual",
        "Manual failover",
        "When the primary fails, a person has to notice it, choose a replica and promote it. Until then all writes "
        "fail: for minutes at best, for hours at night.",
    ),
    (
        "failover-automatic",
        "Automatic failover",
        "A monitor detects that the active member is down and promotes another one, usually within seconds. It has "
        "to be sure that the old one is really down, or two of them take writes at once.",
    ),
    (
        "many-writers",
        "Several writers",
        "Every replica takes writes and passes them to the others. The loss of one takes nothing down, but two "
        "writes to the same row on two replicas can conflict, so the cluster needs a way to agree.",
    ),
    (
        "quorum",
        "Quorum",
        "A cluster with a quorum works only while enough members can reach each other, usually more than half. It "
        "prevents two halves from diverging; a cluster of three members survives the loss of one, and so does a "
        "cluster of four.",
    ),
    (
        "recovery-objectives",
        "Objectives",
        "The recovery time objective is the longest acceptable interruption; the recovery point objective is the "
        "most recent data that may be lost, as a time; availability is the share of time in which requests succeed. "
        "99.9% allows about 8.8 hours of downtime per year, 99.99% about 53 minutes.",
    ),
)

_WATCHING = (
    (
        "monitoring-collection",
        "Collection of monitoring data",
        "A client on each server, also called agent or collector, reads three kinds of data at their source. "
        "Metrics are numbers measured at intervals, such as load, memory and requests. Logs are the lines that each "
        "program writes about its work, read as they are appended to the log files. Events are single occurrences, "
        "such as a restart, a deploy or a failover. The client stamps them with time and origin and sends them over "
        "an encrypted connection to the monitoring service, which stores them, plots them and compares them with "
        "limits.",
    ),
    (
        "queries-per-second",
        "Monitoring a web server's queries per second (QPS)",
        "The web server counts every request since its start; Nginx shows that counter on its status page, and "
        "every request is also a line in its access log. The monitoring client on each server reads the counter at "
        "a fixed interval, say every ten seconds. The difference of two readings divided by the seconds between "
        "them is the rate: 6,000 requests more after 10 seconds are 600 queries per second. Sum it over the servers "
        "for the whole site, keep it per server to see whether the load is spread evenly, and raise an alert both "
        "when it nears the capacity measured in a load test and when it falls suddenly, which means that requests "
        "no longer arrive. A counter that restarts from zero marks a restart of the web server. Monitor errors and "
        "response time as well.",
    ),
    (
        "alerts",
        "Alerts",
        "An alert notifies a person because a measurement exceeded a limit and needs action. A measurement without "
        "an alert is noticed only by chance.",
    ),
    (
        "outside-probe",
        "External probe",
        "A probe opens the site from another network, as a visitor would. It detects failures that no client on the "
        "servers can see: failed DNS, an expired certificate, a lost connection of the data center.",
    ),
)

_FAILING = (
    (
        "single-point-of-failure",
        "Single point of failure (SPOF)",
        "A single point of failure of a request flow is an element whose loss alone takes the flow down. It always "
        "belongs to a flow: a database's primary can be one for writes and none for reads. More replicas help only "
        "if each can do the work and something directs the traffic to it.",
    ),
    (
        "failure-domain",
        "Failure domains",
        "A failure domain is a group of elements that fail together: the programs on one host, the hosts in one "
        "rack, the racks of one data center. Two replicas in one failure domain are no protection against its loss.",
    ),
    (
        "maintenance",
        "Maintenance and deployment",
        "New code, security updates and new settings need a restart from time to time. With one server, every "
        "restart of it or of its web server interrupts the site. With several servers behind a load balancer, one "
        "after the other can be taken out, updated and put back while the others serve requests.",
    ),
    (
        "deploy-rolling",
        "Rolling deployment",
        "The new version is deployed to one replica after the other while the others serve requests; for a while "
        "both versions run side by side and have to be compatible.",
    ),
    (
        "deploy-blue-green",
        "Blue-green deployment",
        "The new version is set up beside the old one, and all traffic is switched over at once; switching back is "
        "the rollback.",
    ),
    (
        "deploy-in-place",
        "Deployment in place",
        "The new version replaces the old one in place, and the replica is down meanwhile.",
    ),
    (
        "deploy-by-hand",
        "Manual deployment",
        "A person changes each copy manually. Copies that should be identical differ as soon as one is forgotten.",
    ),
    (
        "growth",
        "Vertical and horizontal scaling",
        "A system scales vertically with a larger machine and horizontally with more machines. A larger machine is "
        "simple, but has a maximum size and a price that rises faster than its power, and it still fails as one. "
        "More machines have no such limit and add redundancy, but need a component in front that spreads the load, "
        "and no state that ties a visitor to one of them.",
    ),
)

MECHANISMS = indexed((*_REACHING, *_SHARING, *_DATA, *_WATCHING, *_FAILING))
