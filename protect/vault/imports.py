"""Names of imported rows: who lacks the agency's identity key cannot tell whether a person was imported."""

import hmac

from protect.vault.derivation import derive
from protect.vault.tree import CompartmentKey


def row_key(identity_key: CompartmentKey) -> bytes:
    """Return the key that names the imported rows of an agency, derived from its identity compartment."""
    return derive(identity_key.key, "import.v1", *identity_key.context())


def name_row(key: bytes, row: bytes) -> bytes:
    """Return the keyed hash by which the same row is known again."""
    return hmac.digest(key, row, "sha256")
