"""Drafts a migration from the difference between the migrations and the models: `make migration MESSAGE="…"`."""

import sys
import tempfile
from pathlib import Path

from protect.store import migrate
from protect.store.embedded import start
from protect.store.rls import declared_tables


def main(message: str) -> None:
    if not message:
        sys.exit('say what changes: make migration MESSAGE="hold places until a date"')
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        server = start(Path(folder), durable=False)
        try:
            migrate.upgrade_url(server.url("owner"))
            migrate.new_revision(server.url("owner"), message, declared_tables())
        finally:
            server.stop()


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
