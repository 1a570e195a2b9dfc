"""MariaDB: alone, or a primary with replicas that follow it. A replica is alive once it has every row of the primary."""

from __future__ import annotations

from archgen.model.architecture import Replica
from lab.service import File, Service, shell
from lab.site import Site, listening

SERVES = ("mysql", "mariadb")

CONFIGURATION = """\
[mariadbd]
datadir={folder}/data
socket={folder}/mariadb.sock
pid-file={folder}/mariadb.pid
init-file={folder}/init.sql
bind-address=0.0.0.0
port={port}
user=mysql
server-id={number}
log-bin={folder}/data/binlog
relay-log={folder}/data/relay
gtid-strict-mode=0
skip-name-resolve
skip-slave-start
slave-net-timeout=4
log-slave-updates
read-only={read_only}
innodb-buffer-pool-size=16M
innodb-log-file-size=8M
innodb-flush-log-at-trx-commit=1
sync-binlog=1
performance-schema=0
max-connections=300
connect-timeout=3
"""
ACCOUNTS = (
    "SET SESSION sql_log_bin=0",
    "CREATE USER IF NOT EXISTS lab@'%' IDENTIFIED BY 'lab'",
    "GRANT SELECT, INSERT, CREATE ON site.* TO lab@'%'",
    "GRANT REPLICATION SLAVE, SLAVE MONITOR, RELOAD, PROCESS ON *.* TO lab@'%'",
    "SET SESSION sql_log_bin=1",
)
TABLES = (
    "CREATE DATABASE IF NOT EXISTS site",
    "CREATE TABLE IF NOT EXISTS site.pages (title VARCHAR(80) PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS site.comments (token VARCHAR(80) PRIMARY KEY)",
    "INSERT IGNORE INTO site.pages VALUES ('The first page')",
)


def service(site: Site, replica: Replica) -> Service:
    """Return a replica of the database."""
    folder = site.directory(replica)
    component = site.component(replica.component)
    primary = component.replication.primary if component.replication else ()
    source = next(
        (each for each in component.replicas if primary and each.id in primary and each.id != replica.id), None
    )
    configuration = CONFIGURATION.format(
        folder=folder,
        port=listening(site, replica.component),
        number=component.replicas.index(replica) + 1,
        read_only=int(source is not None),
    )
    statements = (*ACCOUNTS, *(TABLES if source is None else _follow(site, source)))
    return Service(
        name=replica.id,
        packages=("mariadb-server",),
        files=(
            File(f"{folder}/my.cnf", configuration),
            File(f"{folder}/init.sql", "".join(f"{statement};\n" for statement in statements)),
        ),
        prepare=(
            shell(
                f"test -d {folder}/data/mysql || mariadb-install-db --no-defaults --user=mysql --datadir={folder}/data "
                "--auth-root-authentication-method=normal --skip-test-db --innodb-log-file-size=8M"
            ),
            ("chown", "-R", "mysql:", folder),
        ),
        run=("mariadbd", f"--defaults-file={folder}/my.cnf"),
        alive=shell(_alive(site, replica, source)),
    )


def _follow(site: Site, source: Replica) -> tuple[str, ...]:
    return (
        f"CHANGE MASTER TO MASTER_HOST='{site.address(source)}', MASTER_PORT={listening(site, source.component)}, "
        "MASTER_USER='lab', MASTER_PASSWORD='lab', MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1, "
        "MASTER_HEARTBEAT_PERIOD=1",
        "START SLAVE",
    )


def _alive(site: Site, replica: Replica, source: Replica | None) -> str:
    """Return the script that succeeds once the replica answers, follows its source and has as many rows."""
    if source is None:
        return f"{_client(site, replica)} 'SELECT * FROM site.pages' | grep -q page"
    rows = "'SELECT count(*) FROM site.comments UNION ALL SELECT count(*) FROM site.pages'"
    running = f"test $({_client(site, replica)} 'SHOW SLAVE STATUS\\G' | grep -c 'Running: Yes') = 2"
    return f'{running}; test "$({_client(site, replica)} {rows})" = "$({_client(site, source)} {rows})"'


def _client(site: Site, replica: Replica) -> str:
    port = listening(site, replica.component)
    return f"mariadb --no-defaults --skip-ssl --connect-timeout=2 -h {site.address(replica)} -P {port} -ulab -plab -e"
