"""Protocols by name (IANA service names): their usual port, and if they are encrypted."""

from __future__ import annotations

from msgspec import Struct

from archgen.model.architecture import Port


class Protocol(Struct, frozen=True):
    """A protocol; `encrypted` is None where the name alone doesn't decide (a bare `tcp`).

    `secured` is the protocol that stands in for a plaintext one that doesn't run inside TLS under its own name.
    `secured_port` is where servers listen for its encrypted form, if that is another port than the plaintext one.
    `either` is True where the same name stands for both: encrypted on its usual port, and on others as the server is set up.
    """

    id: str
    title: str
    port: int | None
    encrypted: bool | None
    secured_port: int | None = None
    secured: str | None = None
    either: bool = False


_ALL = (
    Protocol("http", "HTTP", 80, False, 443, "https"),
    Protocol("https", "HTTPS", 443, True),
    Protocol("http2", "HTTP/2", 443, None),
    Protocol("http3", "HTTP/3", 443, True),
    Protocol("ws", "WebSocket", 80, False, 443, "wss"),
    Protocol("wss", "WebSocket over TLS", 443, True),
    Protocol("grpc", "gRPC", None, None),
    Protocol("dns", "DNS", 53, False),
    Protocol("fastcgi", "FastCGI", 9000, False),
    Protocol("wsgi", "WSGI", None, False),
    Protocol("uwsgi", "uWSGI", 3031, False),
    Protocol("ajp", "AJP", 8009, False),
    Protocol("mysql", "MySQL", 3306, False),
    Protocol("postgresql", "PostgreSQL", 5432, False),
    Protocol("mssql", "Microsoft SQL Server", 1433, False),
    Protocol("oracle", "Oracle Net", 1521, False),
    Protocol("mongodb", "MongoDB", 27017, False),
    Protocol("cassandra", "Cassandra", 9042, False, 9142),
    Protocol("bolt", "Bolt", 7687, False),
    Protocol("bolts", "Bolt over TLS", 7687, True),
    Protocol("redis", "Redis", 6379, False, 6380),
    Protocol("rediss", "Redis over TLS", 6380, True),
    Protocol("memcached", "memcached", 11211, False),
    Protocol("amqp", "AMQP", 5672, False, 5671),
    Protocol("amqps", "AMQP over TLS", 5671, True),
    Protocol("kafka", "Kafka", 9092, False, 9093),
    Protocol("nats", "NATS", 4222, False),
    Protocol("mqtt", "MQTT", 1883, False, 8883),
    Protocol("mqtts", "MQTT over TLS", 8883, True),
    Protocol("stomp", "STOMP", 61613, False, 61614),
    Protocol("coap", "CoAP", 5683, False, 5684),
    Protocol("coaps", "CoAP over DTLS", 5684, True),
    Protocol("modbus", "Modbus", 502, False, 802),
    Protocol("opcua", "OPC UA", 4840, None),
    Protocol("hl7", "HL7", 2575, False),
    Protocol("dicom", "DICOM", 104, False, 2762),
    Protocol("ldap", "LDAP", 389, False, 636),
    Protocol("ldaps", "LDAP over TLS", 636, True),
    Protocol("smtp", "SMTP", 25, False),
    Protocol("smtps", "SMTP over TLS", 465, True),
    Protocol("imap", "IMAP", 143, False, 993),
    Protocol("imaps", "IMAP over TLS", 993, True),
    Protocol("pop3", "POP3", 110, False, 995),
    Protocol("pop3s", "POP3 over TLS", 995, True),
    Protocol("lmtp", "LMTP", 24, False),
    Protocol("sip", "SIP", 5060, False, 5061),
    Protocol("sips", "SIP over TLS", 5061, True),
    Protocol("rtsp", "RTSP", 554, False, 322),
    Protocol("rtsps", "RTSP over TLS", 322, True),
    Protocol("rtp", "RTP", None, False, secured="srtp"),
    Protocol("srtp", "Secure RTP", None, True),
    Protocol("rtcp", "RTCP", None, False, secured="srtcp"),
    Protocol("srtcp", "Secure RTCP", None, True),
    Protocol("rtmp", "RTMP", 1935, False, 443, "rtmps"),
    Protocol("rtmps", "RTMP over TLS", 443, True),
    Protocol("srt", "SRT", None, None),
    Protocol("mgcp", "MGCP", 2427, False),
    Protocol("megaco", "H.248 Megaco", 2944, False),
    Protocol("h323", "H.323", 1720, False, 1300),
    Protocol("iax", "IAX2", 4569, False),
    Protocol("sccp", "Skinny", 2000, False, 2443),
    Protocol("stun", "STUN", 3478, False, 5349),
    Protocol("stuns", "STUN over TLS", 5349, True),
    Protocol("turn", "TURN", 3478, False, 5349),
    Protocol("turns", "TURN over TLS", 5349, True),
    Protocol("xmpp", "XMPP", 5222, False),
    Protocol("smpp", "SMPP", 2775, False, 3550),
    Protocol("diameter", "Diameter", 3868, False, 5658),
    Protocol("radius", "RADIUS", 1812, False, 2083),
    Protocol("ftp", "FTP", 21, False),
    Protocol("ftps", "FTP over TLS", 990, True),
    Protocol("sftp", "SFTP", 22, True),
    Protocol("tftp", "TFTP", 69, False),
    Protocol("rsync", "rsync", 873, False),
    Protocol("ssh", "SSH", 22, True),
    Protocol("rdp", "Remote Desktop", 3389, True),
    Protocol("vnc", "VNC", 5900, False),
    Protocol("winrm", "WinRM", None, None),
    Protocol("ipmi", "IPMI", 623, None),
    Protocol("nfs", "NFS", 2049, False),
    Protocol("smb", "SMB", 445, False),
    Protocol("iscsi", "iSCSI", 3260, False),
    Protocol("syslog", "syslog", 514, False, 6514),
    Protocol("snmp", "SNMP", 161, False),
    Protocol("statsd", "StatsD", 8125, False),
    Protocol("telnet", "Telnet", 23, False, 22, "ssh"),
    Protocol("s3", "S3", 443, True, either=True),
    Protocol("webrtc", "WebRTC", None, True),
    Protocol("wireguard", "WireGuard", 51820, True),
    Protocol("openvpn", "OpenVPN", 1194, True),
    Protocol("ipsec", "IPsec", None, True),
    Protocol("file", "file access", None, False),
    Protocol("unix", "Unix socket", None, False),
    Protocol("tcp", "TCP", None, None),
    Protocol("udp", "UDP", None, None),
    Protocol("tls", "TLS", 443, True),
)

WEB = ("http", "https", "http2", "http3", "ws", "wss")
"""The protocols of browsers and similar clients."""

ADMINISTRATION = ("ssh", "telnet", "snmp", "rdp", "vnc", "winrm", "ipmi")
"""The protocols that administer a machine."""

DEVICES = ("mqtt", "mqtts", "coap", "coaps")
"""The protocols of devices, which are set up with one name or address; the clients of other brokers know several of them."""

TUNNELS = ("wireguard", "openvpn", "ipsec")
"""The protocols in which a network is reached through another."""

RELAYS_OF_MEDIA = ("stun", "stuns", "turn", "turns")
"""The protocols of servers of which clients get a list, and try each (RFC 8445, 5.1.1)."""

MEDIA = ("rtp", "srtp", "rtcp", "srtcp", "webrtc")
"""The protocols of sound and pictures, whose ends are agreed on by signaling for each call."""

LIVE = (*MEDIA, "srt", "rtmp", "rtmps")
"""The protocols of sound and pictures that are sent while they are made."""

UNCOUNTED = (*ADMINISTRATION, *TUNNELS, *MEDIA, "udp", "modbus", "opcua", "syslog", "statsd")
"""The protocols in which a server has no requests to count: sessions, packets, orders to a controller, lines that nobody answers."""

UNCERTIFIED = ("ssh", "sftp", "rsync", *TUNNELS, "webrtc", "srtp", "srtcp")
"""The encrypted protocols in which no server shows a certificate for its name: it is known by its key, or by one of its own CA."""

WITH_ACCOUNTS = ("postgresql", "mysql", "mssql", "oracle")
"""The protocols of databases that let in nobody without an account."""

QUERIES = (*WITH_ACCOUNTS, "mongodb", "cassandra", "bolt", "bolts", "redis", "rediss", "memcached")
"""The protocols that nothing but stores, and proxies before them, speaks as a server."""

LOOK_UPS = frozenset({*QUERIES, "ldap", "lmtp", "nfs", "smb", "iscsi"})
"""The protocols of stores, directories, mailboxes and files of another machine."""

OVER_UDP = (
    *("http3", "coap", "coaps", "rtp", "srtp", "rtcp", "srtcp", "srt", "mgcp", "iax", "tftp", "ipmi", "snmp", "statsd"),
    *("wireguard", "udp"),
)
"""The protocols over UDP alone."""

OVER_TLS = (
    *("sips", "rtsps", "ldaps", "smtps", "imaps", "pop3s", "ftps", "mqtts", "amqps", "rediss", "bolts", "rtmps", "wss"),
)
"""The protocols over TLS alone, and so over TCP: none of them has a form over DTLS or QUIC."""

OVER_BOTH = (
    *("https", "http2", "dns", "sip", "rtsp", "megaco", "h323", "stun", "stuns", "turn", "turns", "diameter"),
    *(
        "radius",
        "rdp",
        "nfs",
        "syslog",
        "webrtc",
        "openvpn",
        "ipsec",
        "ldap",
        "memcached",
        "tls",
        "grpc",
        "s3",
        "rtmp",
        "mqtt",
    ),
)
"""The protocols over TCP or UDP, as the server is set up."""

PROTOCOLS: dict[str, Protocol] = {protocol.id: protocol for protocol in _ALL}

PORTS_OF_TLS = frozenset(each.port for each in _ALL if each.encrypted and each.id.endswith("s") and each.port)
"""The ports that are registered for a protocol over TLS."""

LOGINS = ("ssh", "rdp", "vnc", "winrm")
"""The protocols in which people work on a machine, as no visitor does."""


def relays(port: Port) -> bool:
    """Return True if mail servers relay mail over a port: they try each MX record in turn, by its name (RFC 5321, 5.1)."""
    return port.protocol == "smtp" and port.port in (None, 25)
