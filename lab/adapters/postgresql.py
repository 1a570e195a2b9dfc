"""PostgreSQL: a primary with copies that stream from it, or members of a Patroni cluster where the model has a promoter."""

from __future__ import annotations

from archgen.model.architecture import Replica, Replication
from lab.patroni import patroni
from lab.postgresql import BINARIES, PACKAGES, PARAMETERS, TABLES, ask, caught_up
from lab.service import File, Service, shell
from lab.site import Site, listening

SERVES = ("postgresql",)

ACCESS = "local all all trust\nhost all all all trust\nhost replication all all trust\n"

START = """\
cd {folder}
until test -f data/PG_VERSION; do
  rm -rf data
  {fill} || rm -rf data
  test -f data/PG_VERSION || sleep 1
done
cp pg_hba.conf data/pg_hba.conf
exec {binaries}/postgres -D data -c config_file={folder}/postgresql.conf
"""
CREATE = """\
{{ {binaries}/initdb -D data -U lab --auth=trust --encoding=UTF8 --locale=C &&
  {binaries}/postgres --single -D data postgres < {folder}/tables.sql; }}"""
COPY = "{binaries}/pg_basebackup -D data -R -X stream -c fast -d 'host={source} port={port} user=lab connect_timeout=3'"


def service(site: Site, replica: Replica) -> Service:
    """Return a replica of PostgreSQL."""
    component = site.component(replica.component)
    replication = component.replication
    if replication is not None and replication.by is not None:
        return patroni(site, replica, replication.by)
    folder, port = site.directory(replica), listening(site, replica.component)
    primary = _primary(replica, component.replicas, replication)
    fill = CREATE if primary == replica else COPY
    filled = fill.format(binaries=BINARIES, folder=folder, source=site.address(primary), port=port)
    return Service(
        name=replica.id,
        packages=PACKAGES,
        files=(
            File(f"{folder}/postgresql.conf", "\n".join(_lines(folder, port, replication)) + "\n"),
            File(f"{folder}/pg_hba.conf", ACCESS),
            File(f"{folder}/tables.sql", TABLES),
            File(f"{folder}/start", START.format(folder=folder, fill=filled, binaries=BINARIES)),
        ),
        prepare=(("chown", "-R", "postgres:", folder),),
        run=("/bin/sh", "-e", f"{folder}/start"),
        user="postgres",
        alive=shell(_alive(site, replica, primary)),
    )


def _primary(replica: Replica, replicas: tuple[Replica, ...], replication: Replication | None) -> Replica:
    primary = replication.primary if replication else ()
    return next((each for each in replicas if each.id in primary), replica)


def _lines(folder: str, port: int, replication: Replication | None) -> list[str]:
    """Return the configuration; a commit waits for copies where the model says so."""
    parameters = {
        **PARAMETERS,
        "port": port,
        "listen_addresses": "0.0.0.0",
        "unix_socket_directories": folder,
    }
    if replication is not None and replication.mode == "synchronous":
        parameters["synchronous_standby_names"] = f"ANY {replication.waits_for or 1} (*)"
    return [f"{name} = '{value}'" for name, value in parameters.items()]


def _alive(site: Site, replica: Replica, primary: Replica) -> str:
    if replica == primary:
        return f"{ask(site, replica, 'SELECT title FROM pages')} | grep -q page"
    return caught_up(site, replica, site.address(primary))
