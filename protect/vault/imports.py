"""Names of imported rows: who lacks the agency's identity key cannot tell whether a person was imported.

Each version of the identity key names what the version before named, so that a row is known again after the key was
renewed, and not to who had only an earlier version. What named under the earlier versions is carried along, sealed.
"""

import hmac
from collections.abc import Sequence

from protect.vault.box import open_box, seal_box
from protect.vault.derivation import derive
from protect.vault.encoding import lp, unlp
from protect.vault.tree import CompartmentKey

_CARRIED = "carried.v1"


def row_key(identity_key: CompartmentKey) -> bytes:
    """Return the key that names the imported rows of an agency, derived from its identity compartment."""
    return derive(identity_key.key, "import.v1", *identity_key.context())


def name_row(keys: Sequence[bytes], row: bytes) -> bytes:
    """Return the keyed hash by which the same row is known again, under the row keys of every version in turn."""
    name = row
    for key in keys:
        name = hmac.digest(key, name, "sha256")
    return name


def carry(identity_key: CompartmentKey, earlier: Sequence[bytes]) -> bytes:
    """Return the row keys of the versions before, sealed under this one."""
    return seal_box(_carrying(identity_key), lp(_CARRIED, *identity_key.context()), lp(*earlier))


def carried(identity_key: CompartmentKey, blob: bytes) -> tuple[bytes, ...]:
    """Return the row keys of the versions before, else refuse."""
    return unlp(open_box(_carrying(identity_key), lp(_CARRIED, *identity_key.context()), blob))


def _carrying(identity_key: CompartmentKey) -> bytes:
    return derive(identity_key.key, "carrying.v1", *identity_key.context())
