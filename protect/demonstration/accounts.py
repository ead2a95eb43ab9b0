"""The accounts of a demonstration, kept in its folder for the person who tries it: nobody real has one of them."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

FILE: Final = "demonstration-accounts.json"


@dataclass(frozen=True)
class DemonstrationAccount:
    """Who can sign in, as what, with which passphrase and code generator."""

    agency: str
    role: str
    user: str
    passphrase: str
    totp_secret: str  # for a code generator, or `protect demo-code`


def is_built(data: Path) -> bool:
    """Whether the folder holds a finished demonstration: the accounts are the last thing that is written."""
    return (data / FILE).exists()


def read_accounts(data: Path) -> list[dict[str, str]]:
    """The accounts of the demonstration in a folder."""
    accounts: list[dict[str, str]] = json.loads((data / FILE).read_text(encoding="utf-8"))
    return accounts


def write_accounts(data: Path, accounts: Sequence[DemonstrationAccount]) -> None:
    """Keep the accounts; from now on the demonstration is finished."""
    _write(data / FILE, json.dumps([asdict(account) for account in accounts], ensure_ascii=False, indent=1))


def copy_accounts(data: Path, target: Path) -> None:
    """Write the accounts to another file too, readable by its owner only."""
    _write(target, (data / FILE).read_text(encoding="utf-8"))


def _write(path: Path, text: str) -> None:
    """All or nothing, and never readable by others, not even for a moment."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
