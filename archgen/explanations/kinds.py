"""Explanations of the kinds of component."""

from __future__ import annotations

from archgen.explanations.explanation import indexed

KIND_TEXTS = indexed(
    (
        (
            "client",
            "The visitor's computer",
            "The client is where every request starts: a browser on the visitor's computer or phone. It looks up "
            "the site's name, opens a connection to the address, sends a request and shows the response. It belongs "
            "to the visitor and not to the site, so the site can neither repair it nor trust its data.",
        ),
        (
            "dns",
            "The domain name system (DNS)",
            "The domain name system is the distributed directory of the internet. It translates a name that people "
            "can remember into the address that the network needs. A resolver asks the name servers of the domain, "
            "which respond with the records of the DNS zone. Resolvers may cache a response for its TTL, so a "
            "change does not reach all visitors at once.",
        ),
        (
            "cdn",
            "Content delivery network",
            "A content delivery network keeps copies of the site's files in many places and serves each visitor "
            "from one nearby. It shortens the distance, takes load off the servers and absorbs floods of traffic. "
            "It fetches files that it has not cached, or may not cache, from the site's own servers, called the "
            "origin.",
        ),
        (
            "firewall",
            "Firewall",
            "A firewall between two networks lets through only the traffic that its rules allow, by source, "
            "destination, port and direction. With a default of deny, it refuses everything else. It keeps the "
            "internet away from services that are not meant to be public, such as a database, and it limits how far "
            "an attacker gets from one server to the next. It does not inspect the content of allowed requests: an "
            "attack inside valid HTTP passes.",
        ),
        (
            "waf",
            "Web application firewall",
            "A web application firewall inspects HTTP requests and blocks those that look like an attack: SQL "
            "injection, script injection, or too many requests from one source. It has to read the requests "
            "unencrypted, so TLS ends at it or before it.",
        ),
        (
            "load-balancer",
            "Load balancer",
            "A load balancer accepts requests at one address and spreads them over several servers that can all do "
            "the same work. The site can then handle more requests than one server could, and keeps working while a "
            "server is down, because the load balancer skips servers that fail their health check. A single load "
            "balancer is itself a single point of failure: its loss makes everything behind it unreachable.",
        ),
        (
            "reverse-proxy",
            "Reverse proxy",
            "A reverse proxy in front of the servers responds in their place: it accepts the visitor's connection, "
            "forwards the request and returns the response. It can end TLS, compress, cache, limit rates and route "
            "by name or path, so that the servers behind it need not.",
        ),
        (
            "api-gateway",
            "API gateway",
            "An API gateway is the single entry to many services. It authenticates callers, limits their rate and "
            "routes each request to the right service, so that the services need not.",
        ),
        (
            "router",
            "Router",
            "A router joins networks: it reads the destination address of each packet and forwards it towards "
            "there. The loss of a router without a replacement makes everything behind it unreachable.",
        ),
        (
            "nat-gateway",
            "NAT gateway",
            "A NAT gateway lets hosts of a private network open connections to the internet under a shared public "
            "address. Responses get back in; connections from outside do not.",
        ),
        (
            "web-server",
            "Web server",
            "A web server speaks HTTP with the browser. It accepts the request, serves static files (images, style "
            "sheets, scripts) itself, which is fast, and forwards everything else to the application server, whose "
            "response it returns. It also often handles TLS, compression, caching and access rules.",
        ),
        (
            "app-server",
            "Application server",
            "An application server runs the site's code base. It accepts the requests that the web server forwards, "
            "executes the code for them, queries the database for the necessary data, and builds the dynamic "
            "response: a page that did not exist before the request.",
        ),
        (
            "service",
            "Service",
            "A service is a separate program that does one job for other programs over the network. It can be "
            "changed, deployed and scaled independently, at the cost of a network call that can be slow or fail.",
        ),
        (
            "function",
            "Function",
            "A function is code that a platform runs when a request or an event calls for it. There is no server to "
            "look after; the platform starts as many instances as needed, and a first call may wait for an instance "
            "to start.",
        ),
        (
            "worker",
            "Worker",
            "A worker processes jobs from a queue in the background, so that a visitor need not wait for work that "
            "can be done later. More workers empty the queue faster; without any, jobs wait but are not lost.",
        ),
        (
            "scheduler",
            "Scheduler",
            "A scheduler starts jobs at set times, such as a nightly report. With several replicas, they have to "
            "agree which of them starts a job, or it starts more than once.",
        ),
        (
            "code-base",
            "Application files",
            "The application files are the site's code base: HTML, CSS, JavaScript and server-side scripts, "
            "together with images and configuration. They are stored on the server and run by the application "
            "server. They make this site different from any other on the same software. With copies on several "
            "servers, all copies have to be of the same version, so they are deployed together.",
        ),
        (
            "database",
            "Database",
            "A database stores the site's data in a structured way (accounts, articles, comments), keeps it "
            "consistent while many requests read and write at once, and answers queries about it. The application "
            "server sends it SQL or another query language and receives rows. Its data cannot be recreated from the "
            "code, so it needs replicas and backups.",
        ),
        (
            "cache",
            "Cache",
            "A cache keeps expensive results in memory and returns them until they expire. It takes load off the "
            "components behind it. Its content can be lost without harm, but a cold cache sends the full load to "
            "the database at once.",
        ),
        (
            "key-value-store",
            "Key-value store",
            "A key-value store keeps values under keys and looks up a value by its key very fast. It holds "
            "sessions, counters and other small facts; unlike a cache, its data may exist nowhere else.",
        ),
        (
            "queue",
            "Queue",
            "A queue accepts messages from producers and holds them until a consumer processes them. It decouples "
            "the two in time: it smooths bursts, and a worker that is down delays work instead of losing it.",
        ),
        (
            "stream",
            "Stream",
            "A stream is an append-only, ordered log of events that is kept for a while. Many consumers read it, "
            "each at its own position and pace, and can go back to read again.",
        ),
        (
            "object-storage",
            "Object storage",
            "Object storage keeps whole files under names and serves them over HTTP. It suits uploads, images and "
            "backups that every server needs to reach and that should not be stored on any one of them.",
        ),
        (
            "file-storage",
            "File storage",
            "File storage is a file system that several hosts share over the network. All of them see the same "
            "files; all of them wait when it is slow or down.",
        ),
        (
            "search",
            "Search engine",
            "A search engine answers full-text queries from an index that it builds from the site's data. The index "
            "can be built again from the data, so losing it costs time and not content.",
        ),
        (
            "identity-provider",
            "Identity provider",
            "An identity provider authenticates visitors on behalf of the other services, which then need not store "
            "passwords. New sign-ins fail while it is down; existing sessions may continue.",
        ),
        (
            "secrets",
            "Secrets store",
            "A secrets store keeps passwords, keys and tokens, gives each only to authorized clients and logs every "
            "access. Secrets are then neither in the code nor in configuration files.",
        ),
        (
            "mail",
            "Mail server",
            "A mail server sends the site's e-mail, such as confirmations and password resets, and may receive it. "
            "Mail waits in its queue while the receiving side is down.",
        ),
        (
            "bastion",
            "Bastion host",
            "A bastion host is the single guarded entry for administrators to the private servers. It is the only "
            "host that accepts their connections from outside, so access is checked and logged in one place.",
        ),
        (
            "monitoring",
            "Monitoring",
            "Monitoring shows the state of the system: whether it works, its load, its speed, and which resources "
            "are about to run out. It collects measurements over time, displays them, and raises an alert when a "
            "measurement exceeds a limit, so that your team learns of a failure before visitors report it and can "
            "find its cause afterwards. Without measurements, service levels can be neither promised nor planned. "
            "Monitoring should not run on the hosts that it monitors, or it goes down together with them.",
        ),
        (
            "monitoring-agent",
            "Monitoring client",
            "A monitoring client is a small program on a server that collects data there and sends it to the "
            "monitoring. It is not part of the request flow: when it fails, the site keeps working, but unmonitored.",
        ),
        (
            "log-collector",
            "Log collector",
            "A log collector collects the log lines of many hosts in one place, where they can be searched "
            "together, and where they remain when the host that wrote them is lost.",
        ),
        (
            "backup",
            "Backup",
            "A backup keeps copies of the data from earlier points in time, apart from the original. It helps where "
            "a replica cannot: a replica repeats a wrong DELETE at once, but a backup still has the rows. A backup "
            "counts only after a successful restore test.",
        ),
        (
            "external-service",
            "External service",
            "An external service is run by another provider and used over the network, such as payment or maps. "
            "Your team cannot repair its failures, so the site has to handle its absence.",
        ),
        (
            "other",
            "Other component",
            "A component that fits no other kind; the model describes its purpose.",
        ),
    )
)
