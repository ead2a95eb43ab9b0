"""Making the cluster of a private server: files, roles and database, before anybody can connect."""

import shutil
import subprocess
from typing import Final

from protect.store.embedded.account import Account
from protect.store.embedded.binaries import ENVIRONMENT, Binaries
from protect.store.embedded.places import Places
from protect.store.errors import ServerRefused
from protect.store.roles import role_statements

BOOTSTRAP: Final = "protect_bootstrap"
_MODERN: Final = 17


def create(places: Places, account: Account, binaries: Binaries, *, durable: bool) -> None:
    """Make the cluster beside its place and move it there when complete, so that a crash leaves no half."""
    draft = places.base / "cluster.draft"
    if draft.exists():
        shutil.rmtree(draft)
    account.own_folder(draft)
    # The built-in locale never changes its order under an index, as a system library may; one call of syncfs
    # is a hundred times faster than a thousand of fsync.
    modern = binaries.major >= _MODERN
    locale = (
        ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale"] if modern else ["--locale=C.UTF-8"]
    )
    options = ["--encoding=UTF8", "--data-checksums", "--auth-local=peer", "--auth-host=reject", "--no-instructions"]
    initdb = [str(binaries.folder / "initdb"), "-D", str(draft)]
    run_as(account, [*initdb, "--no-sync", "-U", BOOTSTRAP, *options, *locale])
    # Single-user mode needs no connection, so the superuser never has to be reachable through a socket.
    single = [str(binaries.folder / "postgres"), "--single", "-F", "-D", str(draft), "postgres"]
    script = "".join(f"{statement};\n" for statement in role_statements(cloning=not durable))
    shown = run_as(account, single, given=script)
    if "ERROR" in shown or "FATAL" in shown:
        raise ServerRefused(f"the roles of the new database could not be made:\n{shown}")
    if durable:
        # Everything is forced to the disk once, at the end: a crash before the move leaves only a draft.
        run_as(account, [*initdb, "--sync-only", *(["--sync-method=syncfs"] if modern else [])])
    draft.rename(places.cluster)


def require_version(places: Places, binaries: Binaries) -> None:
    """Refuse data of another major version, which these programs cannot read."""
    found = places.version
    if found != str(binaries.major):
        raise ServerRefused(
            f"the data in {places.cluster} are of PostgreSQL {found} and the programs in {binaries.folder} are "
            f"version {binaries.major}. Set postgres_bin to programs of version {found}; to move on, make a backup "
            f"with them and restore it into a new instance folder."
        )


def run_as(account: Account, command: list[str], *, given: str = "", detached: bool = False) -> str:
    """Run a program as the server's user, with nothing of our environment, and give what it said."""
    done = subprocess.run(
        command,
        input=given,
        stdout=subprocess.DEVNULL if detached else subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=ENVIRONMENT,
        cwd="/",
        text=True,
        check=False,
        start_new_session=detached,
        umask=0o077,
        user=account.uid if account.switched else None,
        group=account.gid if account.switched else None,
        extra_groups=[] if account.switched else None,
    )
    if done.returncode != 0:
        raise ServerRefused(f"{command[0]} failed: {(done.stdout or '').strip()[-1000:]}")
    return done.stdout or ""
