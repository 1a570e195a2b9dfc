"""The TLS of products: which speak none, and the ports on which others take it."""

from __future__ import annotations

SPEAKING = ("pgbouncer", "pgpool", "pgcat", "odyssey", "proxysql", "maxscale", "mysql-router", "rds-proxy", "envoy")
"""Proxies that speak these protocols themselves, so that TLS ends at them and begins again."""

UNVERIFYING = ("aws-alb", "aws-nlb", "aws-elb", "google-cloud-load-balancing")
"""Balancers that encrypt towards their targets and can't be told to verify a certificate."""

WITHOUT_TLS = ("varnish", "varnish-cache")
"""Products that speak no TLS on either side; a proxy beside them does."""

_FLEXLM = ("flexlm", "flexnet", "flexnet-publisher", "flexnet-licensing", "lmgrd")
_SIP2 = ("koha", "evergreen", "sip2", "sip2-server", "sipserver", "koha-sip")

PROGRAMS_WITHOUT_TLS: dict[tuple[str, int], str] = {
    # https://ibm.com/support/pages/application-protocol-used-flexnet-license-manager-communicate-licensed-clients
    **dict.fromkeys(((name, port) for name in _FLEXLM for port in range(27000, 27010)), "FlexLM"),
    # https://koha-community.org/manual/latest/en/html/apis_protocols.html
    **dict.fromkeys(((name, 6001) for name in _SIP2), "SIP2"),
}
"""What programs speak over TCP that has no TLS, by their product and port; others speak it beside them."""

ALSO_USUAL = (8080, 8008)
"""The ports that servers of HTTP have in the place of 80 (IANA: http-alt)."""

TLS_OF_THE_WEB = (443, 8443)
"""The ports on which servers of HTTP take TLS beside those; on others they offer measurements and consoles over HTTPS too."""

_JAVA_SERVERS = ("tomcat", "keycloak", "wildfly", "jboss", "jetty", "jenkins", "liferay", "confluence", "jira")
"""Products that run on Java, whose servers have 8080 for plaintext and 8443 for TLS at first."""

TLS_PORTS: dict[tuple[str, int], int] = {
    **dict.fromkeys(((product, 8080) for product in _JAVA_SERVERS), 8443),
    ("clickhouse", 8123): 8443,
    ("clickhouse", 9000): 9440,
    ("nexus", 8081): 8443,
    ("consul", 8500): 8501,
    ("dax", 8111): 9111,
    # for Valkey, it stays at its port
    ("memorystore", 6379): 6378,
    **dict.fromkeys(((product, 6379) for product in ("elasticache", "memorydb", "memorystore-valkey")), 6379),
    ("msk", 9092): 9094,
    **dict.fromkeys((("ceph", 6789), ("cephfs", 6789)), 3300),
    ("couchdb", 5984): 6984,
    ("couchbase", 8091): 18091,
    ("couchbase", 11210): 11207,
    ("rabbitmq", 15672): 15671,
}
"""The ports on which products listen for TLS, by the product and the port on which it speaks plaintext; some switch that over."""

OTHER_NAMES = {
    "ldap": "LDAP: `ldaps`, or StartTLS",
    "smtp": "SMTP: STARTTLS that is required, or `smtps`",
    "mqtt": "MQTT: `mqtts`",
    "hl7": "HL7: MLLP over TLS",
    "dicom": "DICOM: its secure transport profile",
    "snmp": "SNMP: version 3 with privacy",
    "syslog": "syslog: over TLS (RFC 5425)",
    "smb": "SMB: its own encryption (SMB 3)",
    "nfs": "NFS: with TLS, or with Kerberos (`krb5p`) where the server has it",
    "telnet": "Telnet: `ssh`",
    "ftp": "FTP: `sftp`, or `ftps`",
}
"""The encryption of protocols for which it has another name than TLS of the connection."""
