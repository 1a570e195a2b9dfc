"""Settings in files that pods mount, by names as of variables: `config.env`, `application.yaml`, `appsettings.json`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.importers.addresses import port_beside
from archgen.importers.facts import Attachment

_LINE = re.compile(r"""([ \t]*)(?:- )?(?:export )?["']?([A-Za-z][A-Za-z0-9_.-]{0,80})["']?[ \t]*[:=][ \t]*(.*)""")
_BETWEEN_WORDS = re.compile(r"[.-]+")
_MAY_NAME_STORE = re.compile(
    rb"[a-z]://|redis|postgres|pgsql|mysql|maria|mongo|kafka|rabbit|amqp|elastic|opensearch|memcache|cassandra|neo4j|mssql|oracle|"
    rb"sqlserver|\bdb\b|\bpg|minio|s3|dynamo|nacos|eureka|consul|keycloak|vault|db_|database|datasource|data source",
    re.IGNORECASE,
)
"""A word of each store that a setting may name; a file without one is not read by its lines."""

_LARGEST = 64 * 1024
_DEEPEST = 12


def settings_in(attachment: Attachment) -> Iterator[tuple[str, str, int, int | None]]:
    """Yield the name, the value and the line of each setting of a file, and the port that stands beside a host.

    One inside others has the names of all of them: `redis: {host: x}` on two lines is `REDIS_HOST`, as frameworks take it from a
    variable.
    """
    settings = [*_settings_in(attachment)]
    values = {name.upper(): value for name, value, _ in settings}
    for name, value, line in settings:
        yield name, value, line, port_beside(name.upper(), lambda key: values.get(key, ""))


def _settings_in(attachment: Attachment) -> Iterator[tuple[str, str, int]]:
    data = attachment.file.data
    if len(data) > _LARGEST or _MAY_NAME_STORE.search(data) is None:
        return
    above: list[tuple[int, str]] = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        match = _LINE.match(line)
        if match is None:
            continue
        indent, name, value = (
            len(match[1]),
            _BETWEEN_WORDS.sub("_", match[2]),
            match[3].strip().rstrip(",").strip("\"'"),
        )
        while above and above[-1][0] >= indent:
            above.pop()
        if value in ("", "{", "["):
            if len(above) < _DEEPEST:
                above.append((indent, name))
        else:
            yield "_".join((*(each for _, each in above), name)), value, number + attachment.line
