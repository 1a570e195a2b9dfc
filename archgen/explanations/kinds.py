"""What each kind of component is and does."""

from __future__ import annotations

from archgen.explanations.explanation import indexed

KIND_TEXTS = indexed(
    (
        (
            "client",
            "The user's computer",
            "The client is where every request starts: a browser on the user's computer or phone, which looks up the "
            "site's name, opens a connection to the address it got, sends a request and shows what comes back. It "
            "belongs to the user and not to the site, so the site can neither repair it nor trust what it sends.",
        ),
        (
            "dns",
            "The domain name system (DNS)",
            "The domain name system is the distributed directory of the internet. It translates a name that people can "
            "remember into the address that the network needs. A resolver asks the name servers of the domain, which "
            "answer with the records of the domain's zone; every answer may be kept for the time its TTL states, so a "
            "change is not seen by everybody at once.",
        ),
        (
            "cdn",
            "Content delivery network",
            "A content delivery network keeps copies of the site's files in many places and serves each visitor from "
            "one nearby. It shortens the way, takes load off the servers and absorbs floods of traffic. What is not in "
            "its cache, or may not be cached, is fetched from the site's own servers, called the origin.",
        ),
        (
            "firewall",
            "Firewalls: what they are for",
            "A firewall stands between two networks and lets through only the traffic that its rules allow, judged by "
            "source, destination, port and direction. With a default of deny, whatever nobody thought of is refused. "
            "It keeps the outside from reaching services that were never meant to be public, such as a database, and "
            "it limits how far an intruder gets from one server to the next. It does not look into requests that its "
            "rules allow: an attack inside valid HTTP passes.",
        ),
        (
            "waf",
            "Web application firewall",
            "A web application firewall reads the HTTP requests themselves and stops those that look like an attack: "
            "SQL injection, script injection, or too many requests from one source. It has to see the requests in "
            "clear, so TLS ends at it or before it.",
        ),
        (
            "load-balancer",
            "Load balancer",
            "A load balancer takes the requests at one address and spreads them over several servers that can all do "
            "the same work. The site can then answer more requests than one server could, and goes on while a server "
            "is down, because the load balancer leaves out those that fail their health check. A single load balancer "
            "is itself a single point of failure: everything behind it is out of reach when it is lost.",
        ),
        (
            "reverse-proxy",
            "Reverse proxy",
            "A reverse proxy stands before the servers and answers in their place: it accepts the visitor's "
            "connection, passes the request on and returns the answer. It is the place to end TLS, compress, cache, "
            "limit rates and route by name or path, so that the servers behind it need not.",
        ),
        (
            "api-gateway",
            "API gateway",
            "An API gateway is the one door to many services. It checks who calls, limits how often, routes each "
            "request to the service in charge and keeps these duties out of the services themselves.",
        ),
        (
            "router",
            "Router",
            "A router joins networks: it reads the destination address of each packet and passes it on towards there. "
            "What lies behind a router that has no substitute is out of reach when the router is lost.",
        ),
        (
            "nat-gateway",
            "NAT gateway",
            "A NAT gateway lets machines of a private network open connections to the internet under a shared public "
            "address. Answers find their way back; connections from outside do not come in.",
        ),
        (
            "web-server",
            "Web server",
            "A web server speaks HTTP with the browser. It takes the request, serves static files (images, style "
            "sheets, scripts) itself, which it does fast, and hands everything else to the application server, whose "
            "answer it returns. It is also a place where TLS, compression, caching and access rules are set up.",
        ),
        (
            "app-server",
            "Application server",
            "An application server runs the site's code base. It takes the requests that the web server hands on, "
            "executes the code for them, asks the database for the data that it needs, and builds the dynamic answer: "
            "a page that did not exist before the request.",
        ),
        (
            "service",
            "Service",
            "A service is a program of its own that does one job for other programs over the network. It can be "
            "changed, deployed and multiplied apart from the rest, at the price of a network call that can be slow or "
            "fail.",
        ),
        (
            "function",
            "Function",
            "A function is code that a platform runs when a request or an event calls for it. There is no server to "
            "look after; the platform starts as many copies as are needed, and a first call may wait for one to start.",
        ),
        (
            "worker",
            "Worker",
            "A worker takes jobs from a queue and does them beside the requests, so that a visitor need not wait for "
            "work that can be done later. More workers empty the queue faster; without any, jobs wait but are not "
            "lost.",
        ),
        (
            "scheduler",
            "Scheduler",
            "A scheduler starts jobs at set times, such as a nightly report. Where several copies run, they have to "
            "agree which of them starts a job, or it starts more than once.",
        ),
        (
            "code-base",
            "Application files",
            "The application files are the site's code base: HTML, CSS, JavaScript and server-side scripts, together "
            "with images and configuration. They are kept on the server and run by the application server. They are "
            "what makes this site different from any other on the same software. Where several servers carry a copy, "
            "all copies have to be of the same version, so they are deployed together.",
        ),
        (
            "database",
            "Database",
            "A database stores the site's data in an orderly way (accounts, articles, comments), keeps it consistent "
            "while many requests read and write at once, and answers queries about it. The application server sends "
            "it SQL or another query language and receives rows. It is the part that cannot be recreated from the "
            "code, which is why it wants copies and backups.",
        ),
        (
            "cache",
            "Cache",
            "A cache keeps answers in memory that would be costly to make again, and gives them out until they expire. "
            "It relieves what stands behind it. What it holds can be lost without harm, but a cold cache sends the "
            "full load to the database at once.",
        ),
        (
            "key-value-store",
            "Key-value store",
            "A key-value store keeps values under keys and finds one by its key in very little time. It holds "
            "sessions, counters and other small facts; unlike a cache, what it stores may exist nowhere else.",
        ),
        (
            "queue",
            "Queue",
            "A queue takes messages from those who have work to hand out and holds them until somebody takes them. It "
            "parts the two in time: bursts are smoothed, and a worker that is down delays work instead of losing it.",
        ),
        (
            "stream",
            "Stream",
            "A stream is an ordered log of events that is appended to and kept for a while. Many readers follow it, "
            "each at its own place and pace, and can go back to read again.",
        ),
        (
            "object-storage",
            "Object storage",
            "Object storage keeps whole files under names and serves them over HTTP. It is the place for uploads, "
            "images and backups that every server needs to reach and that should not live on any one of them.",
        ),
        (
            "file-storage",
            "File storage",
            "File storage is a file system that several machines share over the network. All of them see the same "
            "files; all of them wait when it is slow or away.",
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
            "An identity provider checks who somebody is and vouches for it towards the other services, which then "
            "need not keep passwords. Nobody signs in while it is down; those who are signed in may go on.",
        ),
        (
            "secrets",
            "Secrets store",
            "A secrets store keeps passwords, keys and tokens, hands each to those entitled to it and records who "
            "asked. Secrets then stand neither in the code nor in configuration files.",
        ),
        (
            "mail",
            "Mail server",
            "A mail server sends the site's e-mail, such as confirmations and password resets, and may receive it. "
            "Mail waits in its queue while the receiving side is away.",
        ),
        (
            "bastion",
            "Bastion host",
            "A bastion host is the one guarded door through which administrators reach the private servers. It is the "
            "only machine that accepts their connections from outside, so access is checked and recorded in one place.",
        ),
        (
            "monitoring",
            "Monitoring: what it is for",
            "Monitoring tells how the system is doing: whether it works, how much it does, how fast, and what is about "
            "to run out. It gathers measurements over time, shows them, and raises the alarm when one passes a limit, "
            "so that people learn of a failure before the visitors tell them and can find its cause afterwards. What "
            "is not measured can neither be promised nor planned. It should not live on what it watches, or it goes "
            "down together with it.",
        ),
        (
            "monitoring-agent",
            "Monitoring client",
            "A monitoring client is a small program on a server that collects what happens there and sends it to the "
            "monitoring. It stands beside the request flow: when it fails, the site goes on working, only unseen.",
        ),
        (
            "log-collector",
            "Log collector",
            "A log collector gathers the log lines of many machines in one place, where they can be searched together, "
            "and where they still are when the machine that wrote them is gone.",
        ),
        (
            "backup",
            "Backup",
            "A backup keeps copies of the data from earlier points in time, apart from the original. It helps where a "
            "replica cannot: a replica repeats a wrong DELETE at once, a backup still has the rows. A backup counts "
            "only when restoring from it has been tried.",
        ),
        (
            "external-service",
            "External service",
            "An external service is run by somebody else and used over the network, such as payment or maps. Its "
            "failures cannot be repaired from here, so the question is what the site does without it.",
        ),
        (
            "other",
            "Other component",
            "A part of the system that fits no other kind; the model's own words say what it is for.",
        ),
    )
)
