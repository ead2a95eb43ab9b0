"""What is dropped in for the readers of a compartment by somebody who need not be one: sealed to them, and signed."""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from protect.access.keyring import Keyring
from protect.access.policy import policy
from protect.store.sealed import Sealed
from protect.vault import dropbox, signing
from protect.vault.certificate import Certificate
from protect.vault.encoding import identifier, lp, unlp
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.hpke import KeyPair
from protect.vocab import COMPARTMENTS

_LABEL = "dropped-by.v1"
_PARTS = 3


def drop(keyring: Keyring, agency_id: UUID, compartment: str, context: bytes, plaintext: bytes) -> Sealed:
    """Sealed to the drop-box of a compartment of any agency whose key state verifies, signed by the actor.

    Raises NotReady while the agency has no such key.
    """
    state = keyring.trust.key_state(agency_id, compartment)
    signature = keyring.identity.signing.sign(_LABEL, *_statement(agency_id, compartment, context, plaintext))
    signed = lp(plaintext, keyring.identity.user_id, signature)
    return Sealed(dropbox.seal(state.dropbox_public, str(agency_id), compartment, context, signed))


def pick_up(keyring: Keyring, version: int | None, compartment: str, context: bytes, blob: bytes) -> bytes:
    """What was dropped into a compartment of the actor's agency for this context.

    Anybody can seal to a public key: CiphertextRejected unless a certified member signed it, and for a compartment
    of cases unless it is a colleague whose role writes there. CompartmentLocked without the key.
    """
    agency_id = keyring.agency_id
    parts = unlp(_opened(keyring, version, compartment, context, blob))
    if len(parts) != _PARTS:
        raise CiphertextRejected(Reason.FORMAT)
    plaintext, sender, signature = parts
    signers = keyring.trust.signers(identifier(sender))  # in whatever role, and with whichever keys, it was written
    fitting = [one for one in signers if compartment not in COMPARTMENTS or _writes(one, agency_id, compartment)]
    if not fitting:
        raise CiphertextRejected(Reason.ISSUER)
    statement = _statement(agency_id, compartment, context, plaintext)
    if not any(_signed(one, signature, statement) for one in fitting):
        raise CiphertextRejected(Reason.SIGNATURE)
    return plaintext


def _signed(signer: Certificate, signature: bytes, statement: tuple[str | bytes, ...]) -> bool:
    try:
        signing.verify(signer.sign_public, signature, _LABEL, *statement)
    except CiphertextRejected:
        return False
    return True


def pass_on(keyring: Keyring, compartment: str, context: bytes, blob: bytes) -> Sealed | None:
    """The same, its sender's signature unchanged, for the newest drop-box; None if that has it already.

    Raises CiphertextRejected for what no version here opens.
    """
    newest, *earlier = keyring.dropboxes(compartment)
    place = (str(keyring.agency_id), compartment, context)
    try:
        dropbox.open(newest.private, *place, blob)
    except CiphertextRejected:
        inner = _first(earlier, place, blob)
        return Sealed(dropbox.seal(newest.public, *place, inner))
    return None


def _opened(keyring: Keyring, version: int | None, compartment: str, context: bytes, blob: bytes) -> bytes:
    """With the drop-box of the version, or of whichever version fits: what was dropped in before a key was renewed."""
    place = (str(keyring.agency_id), compartment, context)
    if version is not None:
        return dropbox.open(dropbox.key_pair(keyring.key(compartment, version)).private, *place, blob)
    return _first(keyring.dropboxes(compartment), place, blob)


def _first(boxes: Iterable[KeyPair], place: tuple[str, str, bytes], blob: bytes) -> bytes:
    refused = CiphertextRejected(Reason.TAG)
    for box in boxes:
        try:
            return dropbox.open(box.private, *place, blob)
        except CiphertextRejected as error:
            refused = error
    raise refused


def _statement(agency_id: UUID, compartment: str, context: bytes, plaintext: bytes) -> tuple[str | bytes, ...]:
    return (str(agency_id), compartment, context, hashlib.sha256(plaintext).digest())


def _writes(signer: Certificate, agency_id: UUID, compartment: str) -> bool:
    return signer.agency_id == str(agency_id) and compartment in policy().compartments[signer.role]
