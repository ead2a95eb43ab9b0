"""Who may import what: the owners of outside libraries, and what the outer modules of a slice may see."""

import re
from pathlib import Path

from tests.house.sources import files, imports, under

ACTIONS = r"protect/\w+/actions(_\w+|/\w+)?\.py"
MODELS = r"protect/\w+/models\.py"
VIEWS = r"protect/\w+/views(_\w+|/\w+)?\.py"
FORMS = r"protect/\w+/forms(_\w+|/\w+)?\.py"
PAGES = r"protect/\w+/pages\.py"
OWNERS = {
    ("cryptography", "argon2", "shamir_mnemonic", "Cryptodome"): [r"protect/vault/.*"],
    ("pyzipper", "zipfile"): [r"protect/vault/archive\.py"],
    ("sqlalchemy",): [r"protect/(store|audit|access)/.*", MODELS, ACTIONS, r"protect/\w+/ddl\.py"],
    ("alembic", "psycopg"): [r"protect/store/.*"],
    ("sqlite3",): [r"protect/store/shred\.py"],
    ("flask", "wtforms", "flask_wtf", "werkzeug"): [
        r"protect/(app|i18n)\.py",
        r"protect/(cli|web)/.*",
        VIEWS,
        FORMS,
        r"protect/auth/login\.py",
    ],
    ("flask_login",): [r"protect/app\.py", r"protect/auth/login\.py"],
    ("flask_babel",): [r"protect/i18n\.py", r"protect/web/.*", FORMS],
    ("babel",): [r"protect/i18n\.py", r"protect/vocab/.*", r"protect/cases/importing/.*"],
    ("webauthn",): [r"protect/auth/passkeys\.py"],
    ("pyotp",): [r"protect/auth/totp\.py"],
    ("segno",): [r"protect/auth/qr\.py"],
    ("gunicorn",): [r"protect/cli/.*"],
    ("highspy", "numpy"): [r"protect/statistics/.*"],
}
# The gate is an argument's type and an error is something to catch; neither opens anything. See docs/decisions.
SEEN_BY_VIEWS = ("protect.access.gate.Gate", "protect.access.gate.Ref", "protect.access.errors")
HIDDEN = ("protect.access", "protect.vault", "protect.audit", "protect.store")


def foreign_libraries(tree: Path) -> list[str]:
    """An outside library imported by a module that is not its owner."""
    return [
        f"{name}:{line}: {imported} belongs to {' '.join(places)}"
        for name, path in files(tree, "protect")
        for line, imported in imports(path)
        for libraries, places in OWNERS.items()
        if under(imported, *libraries) and not any(re.fullmatch(place, name) for place in places)
    ]


def borrowed_models(tree: Path) -> list[str]:
    """Models of a slice imported outside its own models and actions."""
    return [
        f"{name}:{line}: {imported} is for the models and actions of protect/{owner} only"
        for name, path in files(tree, "protect")
        for line, imported in imports(path)
        if (owner := _slice_of_models(imported)) and not _own_storey(name, owner)
    ]


def _slice_of_models(imported: str) -> str | None:
    found = re.match(r"protect\.(auth|cases|directory|oversight|referrals|statistics)\.models\b", imported)
    return found[1] if found else None


def _own_storey(name: str, owner: str) -> bool:
    inside = name.startswith(f"protect/{owner}/")
    return inside and any(re.fullmatch(place, name) for place in (MODELS, ACTIONS, r"protect/\w+/ddl\.py"))


def far_sighted_pages(tree: Path) -> list[str]:
    """Views and forms that see the keys, the trail or the store."""
    return [
        f"{name}:{line}: views and forms see the gate's type and the errors, not {imported}"
        for name, path in files(tree, "protect")
        if any(re.fullmatch(place, name) for place in (VIEWS, FORMS, PAGES)) and not name.startswith("protect/web/")
        for line, imported in imports(path)
        if under(imported, *HIDDEN) and not under(imported, *SEEN_BY_VIEWS)
    ]
