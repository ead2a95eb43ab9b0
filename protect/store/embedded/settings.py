"""The settings files of the private server, written anew at each start, beside its data and not in them."""

from pathlib import Path
from typing import Final

from protect.store.embedded.places import Places
from protect.store.roles import NAMES

SETTINGS: Final = "protect.conf"
HBA: Final = "protect_hba.conf"
IDENT: Final = "protect_ident.conf"
PORT: Final = 5432

# No statement, no parameter and no error text of a query reaches the log: each may carry what a person typed.
_FIXED: Final = """\
listen_addresses = ''
unix_socket_permissions = 0700
shared_buffers = '32MB'
max_wal_size = '256MB'
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
logging_collector = off
log_destination = 'stderr'
log_line_prefix = '%m [%p] '
log_min_messages = 'log'
log_min_error_statement = 'panic'
log_error_verbosity = 'terse'
log_statement = 'none'
log_duration = off
log_min_duration_statement = -1
log_min_duration_sample = -1
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_connections = off
log_disconnections = off
log_checkpoints = off
log_autovacuum_min_duration = -1
log_temp_files = -1
cluster_name = 'protect'
update_process_title = off
"""
_DURABLE: Final = "max_connections = 50\nfsync = on\nsynchronous_commit = on\nfull_page_writes = on\n"
# Tests have a server in common, each with a pool of its own.
_FLEETING: Final = "max_connections = 200\nfsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


def write(places: Places, sockets: Path, login: str, *, durable: bool) -> None:
    """Write settings, who may connect, and which role the operating system's user becomes."""
    socket_list = f'"{sockets}"'
    paths = [
        f"include {_quoted(str(places.cluster / 'postgresql.conf'))}",
        f"unix_socket_directories = {_quoted(socket_list)}",
        f"port = {PORT}",
        f"hba_file = {_quoted(str(places.base / HBA))}",
        f"ident_file = {_quoted(str(places.base / IDENT))}",
    ]
    own = "\n".join(paths) + "\n" + _FIXED + (_DURABLE if durable else _FLEETING)
    _write(places.base / SETTINGS, own)
    _write(places.base / HBA, "local all all peer map=protect\n")
    # The bootstrap superuser is not in the map: nobody can connect as it.
    _write(places.base / IDENT, "".join(f'protect "{login}" {role}\n' for role in NAMES.values()))


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")
    path.chmod(0o644)
