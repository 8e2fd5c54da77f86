"""`python -m bench.hosts_servers FOLDER ADDRESS`: PostgreSQL, Dovecot and smtp-sink of the hosts' bench, on a host of their own.

Runs until standard input ends. The first line of its output is JSON: the database's URL for this machine (by socket), and
the ports. The database is as durable as in production (fsync, synchronous_commit).
"""

import json
import sys
from pathlib import Path

from bench import stage
from tests.postgresql import postgresql
from tests.servers import dovecot

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}


def main() -> None:
    folder, address = Path(sys.argv[1]), sys.argv[2]
    network = f"{address.rpartition('.')[0]}.0/24"
    with (
        postgresql(listen_addresses=f"127.0.0.1,{address}", **DURABLE) as database,
        dovecot(host=address) as mailboxes,
        stage.smtp_sink(host=address, folder=folder) as smtp,
    ):
        with (database.folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {network} scram-sha-256\n")
        database.execute("SELECT pg_reload_conf()")
        url = database.create()
        found = {
            "url": url.replace("127.0.0.1", address),
            "socket_url": url.replace(f"127.0.0.1:{database.port}", "")
            + f"?host={database.folder}&port={database.port}",
            "mail": str(mailboxes.folder / "mail"),
            "imap": mailboxes.plain,
            "smtp": smtp,
        }
        print(json.dumps(found), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
