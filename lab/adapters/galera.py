"""MariaDB with Galera: members that all take writes; `options` in the sidecar are those of the provider."""

from __future__ import annotations

from archgen.model.architecture import Replica
from lab.service import File, Service, shell
from lab.site import Site, listening

SERVES = ("galera",)

CONFIGURATION = """\
[mariadbd]
datadir={folder}/data
socket={folder}/mariadb.sock
pid-file={folder}/mariadb.pid
bind-address=0.0.0.0
port={port}
user=mysql
skip-name-resolve
binlog-format=ROW
default-storage-engine=InnoDB
innodb-autoinc-lock-mode=2
innodb-buffer-pool-size=16M
innodb-log-file-size=8M
performance-schema=0
max-connections=300
wsrep-on=ON
wsrep-provider=/usr/lib/galera/libgalera_smm.so
wsrep-provider-options="gcache.size=32M;{options}"
wsrep-cluster-name=site
wsrep-cluster-address=gcomm://{members}
wsrep-node-address={own}
wsrep-node-name={name}
wsrep-sst-method=rsync
"""
FIRST = """\
FLUSH PRIVILEGES;
CREATE USER lab@'%' IDENTIFIED BY 'lab';
GRANT ALL ON *.* TO lab@'%';
CREATE DATABASE site;
CREATE TABLE site.pages (title VARCHAR(80) PRIMARY KEY) ENGINE=InnoDB;
CREATE TABLE site.comments (token VARCHAR(80) PRIMARY KEY) ENGINE=InnoDB;
INSERT INTO site.pages VALUES ('The first page');
"""
# a member that gives up starts again from where it was
START = """\
cd {folder}
daemon="mariadbd --defaults-file={folder}/my.cnf"
first={first} process= stopping=
trap 'stopping=yes; kill $process' TERM
while test -z "$stopping"; do
  position=
  if test -n "$first" && ! test -d data/mysql; then
    mariadb-install-db --no-defaults --user=mysql --datadir={folder}/data --auth-root-authentication-method=normal \\
      --skip-test-db --innodb-log-file-size=8M --extra-file={folder}/first.sql
    position=--wsrep-new-cluster
  elif test -s data/grastate.dat; then
    $daemon --wsrep-recover --log-error={folder}/recovery.log
    position=--wsrep-start-position=$(sed -n 's/.*Recovered position:* *//p' recovery.log | tail -n 1)
  fi
  $daemon $position &
  process=$!
  # a signal ends the first wait
  wait $process || true; wait $process || sleep 1
done
"""


def service(site: Site, replica: Replica) -> Service:
    """Return a member of Galera; the first one makes the cluster."""
    folder, own = site.directory(replica), site.address(replica)
    members = site.component(replica.component).replicas
    configuration = CONFIGURATION.format(
        folder=folder,
        port=listening(site, replica.component),
        options=site.settings(replica.component).get("options", ""),
        members=",".join(site.address(each) for each in members),
        own=own,
        name=replica.id,
    )
    return Service(
        name=replica.id,
        packages=("mariadb-server", "galera-4", "rsync"),
        files=(
            File(f"{folder}/my.cnf", configuration),
            File(f"{folder}/first.sql", FIRST),
            File(f"{folder}/start", START.format(folder=folder, first="yes" if replica == members[0] else "")),
        ),
        prepare=(("mkdir", "-p", f"{folder}/data"), ("chown", "-R", "mysql:", folder)),
        run=("/bin/sh", f"{folder}/start"),
        alive=shell(_alive(site, replica, len(members))),
    )


def _alive(site: Site, replica: Replica, members: int) -> str:
    """Return the script that succeeds once it has all rows and sees all members."""
    return f"""
status=$(mariadb --no-defaults --skip-ssl --connect-timeout=3 -h {site.address(replica)} \\
  -P {listening(site, replica.component)} -ulab -plab -NBe "SHOW STATUS LIKE 'wsrep_%'" | tr '\\t' =)
for each in wsrep_ready=ON wsrep_cluster_status=Primary wsrep_cluster_size={members} wsrep_local_state_comment=Synced; do
  echo "$status" | grep -qx $each
done
"""
