"""The three database roles of the program, as SQL text for whoever may create roles."""

from typing import Final, Literal

Role = Literal["web", "owner", "backup"]

OWNER: Final = "protect_owner"
WEB: Final = "protect_web"
BACKUP: Final = "protect_backup"
NAMES: Final[dict[Role, str]] = {"web": WEB, "owner": OWNER, "backup": BACKUP}
DATABASE: Final = "protect"

_PLAIN = "nosuperuser nocreaterole noreplication"
# Values must not reach the server's log, neither with a slow statement nor with a failed one.
_SILENT = (
    "log_statement = 'none'",
    "log_min_duration_statement = -1",
    "log_parameter_max_length = 0",
    "log_parameter_max_length_on_error = 0",
    "log_min_error_statement = 'panic'",
)


def role_statements(*, cloning: bool = False) -> list[str]:
    """Give the statements that create roles and database; ``cloning`` lets the owner copy and drop some in tests."""
    owner = f"create role {OWNER} login {_PLAIN} nobypassrls {'createdb' if cloning else 'nocreatedb'}"
    silent = [f"alter role {name} set {setting}" for name in NAMES.values() for setting in _SILENT]
    return [
        owner,
        f"create role {WEB} login {_PLAIN} nocreatedb noinherit nobypassrls",
        f"create role {BACKUP} login {_PLAIN} nocreatedb bypassrls",
        f"grant pg_read_all_data to {BACKUP}",
        f"alter role {BACKUP} set default_transaction_read_only = on",
        *silent,
        *([f"grant pg_signal_backend to {OWNER}"] if cloning else []),
        f"create database {DATABASE} owner {OWNER} encoding 'UTF8' template template0",
        f"revoke all on database {DATABASE} from public",
        f"grant connect on database {DATABASE} to {WEB}, {BACKUP}",
    ]


def roles_sql() -> str:
    """Give the script that a database administrator runs once on an external server, as a superuser."""
    return "".join(f"{statement};\n" for statement in role_statements())
