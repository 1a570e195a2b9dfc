"""What each protocol is for."""

from __future__ import annotations

from archgen.explanations.explanation import Explanation
from archgen.model.protocols import PROTOCOLS

_TEXTS: dict[str, str] = {
    "http": "The protocol of the web: a request with a method, a path and headers, and an answer with a status and a "
    "body. It travels in clear.",
    "https": "HTTP inside TLS: nobody on the way can read or change it, and the server proves who it is.",
    "http2": "HTTP with many requests at once over one connection; browsers use it over TLS only.",
    "http3": "HTTP over QUIC, which runs on UDP and is always encrypted.",
    "ws": "A WebSocket: a connection that begins as HTTP and stays open, so both sides can speak at any time; in "
    "clear.",
    "wss": "A WebSocket inside TLS.",
    "grpc": "Calls of typed functions over HTTP/2, in a compact binary form.",
    "dns": "Questions for the records of a name and their answers, usually one UDP packet each.",
    "fastcgi": "How a web server hands requests to an application server that stays running; in clear, meant for one "
    "machine or a trusted network.",
    "wsgi": "The interface between a web server and a Python application, within one machine.",
    "uwsgi": "A binary protocol between a web server and a uWSGI application server; in clear.",
    "ajp": "A binary protocol between a web server and a Java application server; in clear, and to be kept private.",
    "mysql": "The protocol of MySQL and MariaDB: SQL to the server, rows back; in clear unless TLS is switched on.",
    "postgresql": "The protocol of PostgreSQL: SQL to the server, rows back; in clear unless TLS is switched on.",
    "mssql": "The protocol of Microsoft SQL Server: SQL to the server, rows back; in clear unless TLS is switched on.",
    "oracle": "The protocol of Oracle Database: SQL to the server, rows back; in clear unless TLS is switched on.",
    "mongodb": "The protocol of MongoDB: documents and queries for them; in clear unless TLS is switched on.",
    "cassandra": "The protocol of Cassandra: queries to any node, rows back; in clear unless TLS is switched on.",
    "redis": "The protocol of Redis: short commands and their answers; in clear.",
    "rediss": "The protocol of Redis inside TLS.",
    "memcached": "Values by key from a memory cache; in clear, and to be kept private.",
    "amqp": "Messages to and from a queue such as RabbitMQ; in clear.",
    "amqps": "Messages to and from a queue, inside TLS.",
    "kafka": "Events to and from a Kafka log; in clear unless TLS is switched on.",
    "nats": "Messages by subject through a NATS server; in clear unless TLS is switched on.",
    "mqtt": "Small messages between devices and a broker; in clear.",
    "mqtts": "Small messages between devices and a broker, inside TLS.",
    "ldap": "Look-ups in a directory of people and machines; in clear.",
    "ldaps": "Look-ups in a directory, inside TLS.",
    "smtp": "Mail from server to server; in clear unless both sides agree to switch to TLS.",
    "smtps": "Mail to a server, inside TLS from the start.",
    "imap": "Mail read from a mailbox; in clear unless both sides agree to switch to TLS.",
    "imaps": "Mail read from a mailbox, inside TLS from the start.",
    "ftp": "Files to and from a server; names, passwords and files travel in clear.",
    "ftps": "FTP inside TLS.",
    "sftp": "Files to and from a server over SSH.",
    "ssh": "A command line on another machine, encrypted, both sides proving who they are.",
    "rdp": "The screen, keyboard and mouse of a Windows machine, encrypted.",
    "vnc": "The screen, keyboard and mouse of another machine; in clear unless set up otherwise.",
    "winrm": "Commands to a Windows machine over HTTP; whether they are encrypted depends on how it is set up.",
    "ipmi": "Power and console of a machine, below its operating system; to be kept in a network of its own.",
    "nfs": "A file system of another machine; in clear unless set up otherwise.",
    "smb": "A file system of a Windows machine, or of one that speaks like it; in clear unless set up otherwise.",
    "iscsi": "A disk of another machine, block by block; in clear, and to be kept in a network of its own.",
    "syslog": "Log lines to a collector; in clear, and over UDP without a promise of arrival.",
    "snmp": "Readings from network devices; versions 1 and 2 travel in clear.",
    "telnet": "A command line on another machine, passwords included, in clear.",
    "s3": "Whole files by name over HTTPS, in the way that Amazon S3 defined.",
    "webrtc": "Sound, pictures and data between browsers, or a browser and a server; always encrypted.",
    "wireguard": "A private network through the public one, over UDP; always encrypted, both sides proving who they are.",
    "openvpn": "A private network through the public one, inside TLS.",
    "ipsec": "A private network through the public one, below TCP and UDP; encrypted.",
    "file": "Files read from the machine's own disk; nothing travels.",
    "unix": "A socket within one machine; nothing leaves it.",
    "tcp": "A reliable stream of bytes between two programs; whether it is encrypted depends on what runs over it.",
    "udp": "Single packets without a promise of arrival; whether they are encrypted depends on what runs over them.",
    "tls": "An encrypted stream whose content is not stated.",
}

PROTOCOL_TEXTS: dict[str, Explanation] = {
    protocol.id: Explanation(protocol.id, protocol.title, _TEXTS[protocol.id]) for protocol in PROTOCOLS.values()
}
