"""Grants hand a compartment key from a holder to a member; a key state tells everyone which key is the right one."""

import hmac
from dataclasses import dataclass, replace
from typing import ClassVar

from protect.vault import dropbox, hpke
from protect.vault.certificate import Certificate
from protect.vault.encoding import lp, u32
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.identity import Identity
from protect.vault.statement import Statement
from protect.vault.tree import CompartmentKey, verify_commitment


@dataclass(frozen=True)
class Grant(Statement):
    """A compartment key sealed to one certificate, with its commitment, signed by the holder who supplied it."""

    LABEL: ClassVar[str] = "grant.v1"
    agency: str
    compartment: str
    version: int
    recipient_id: str
    supplier_id: str
    certificate: bytes
    authorisation: bytes
    commitment: bytes
    blob: bytes

    def info(self) -> bytes:
        """Return the context the key is sealed for."""
        who = (self.recipient_id, self.supplier_id, self.certificate)
        return lp(self.LABEL, self.agency, self.compartment, u32(self.version), *who)


@dataclass(frozen=True)
class KeyState(Statement):
    """The current version of a compartment key: its commitment and its drop-box, signed by a holder."""

    LABEL: ClassVar[str] = "keystate.v1"
    agency: str
    compartment: str
    version: int
    dropbox_public: bytes
    commitment: bytes
    holder_id: str


@dataclass(frozen=True)
class Succession(Statement):
    """That a version of a key follows the one before, and the least version that is taken: signed by a holder."""

    LABEL: ClassVar[str] = "succession.v1"
    agency: str
    compartment: str
    version: int
    floor: int
    holder_id: str


def make_grant(
    supplier: Identity, recipient: Certificate, compartment_key: CompartmentKey, authorisation: bytes
) -> Grant:
    """Return the grant of a compartment key to a recipient whose chain the supplier has verified."""
    unsealed = Grant(
        compartment_key.agency,
        compartment_key.name,
        compartment_key.version,
        recipient.user_id,
        supplier.user_id,
        recipient.digest(),
        authorisation,
        compartment_key.commitment,
        b"",
    )
    blob = hpke.seal(recipient.hpke_public, unsealed.info(), compartment_key.key)
    return replace(unsealed, blob=blob).signed(supplier.signing)


def open_grant(identity: Identity, grant: Grant, supplier_certificate: Certificate) -> CompartmentKey:
    """Return the granted key when it is for this identity and a member of its agency supplied it, else refuse.

    The caller has verified the supplier's chain up to the anchor of the identity.
    """
    _check_signer(grant, grant.supplier_id, grant.agency, supplier_certificate)
    if grant.recipient_id != identity.user_id:
        raise CiphertextRejected(Reason.CONTEXT)
    key = hpke.open(identity.hpke.private, grant.info(), grant.blob)
    verify_commitment(key, grant.commitment)
    return CompartmentKey(key, grant.agency, grant.compartment, grant.version)


def make_key_state(holder: Identity, compartment_key: CompartmentKey) -> KeyState:
    """Return the signed state of a compartment key."""
    state = KeyState(
        compartment_key.agency,
        compartment_key.name,
        compartment_key.version,
        dropbox.key_pair(compartment_key).public,
        compartment_key.commitment,
        holder.user_id,
    )
    return state.signed(holder.signing)


def verify_key_state(state: KeyState, holder_certificate: Certificate) -> KeyState:
    """Return the key state when this holder, whose chain the caller has verified, signed it; else refuse."""
    _check_signer(state, state.holder_id, state.agency, holder_certificate)
    hpke.check_public(state.dropbox_public)
    return state


def match_key_state(compartment_key: CompartmentKey, state: KeyState) -> None:
    """Refuse a compartment key that is not the one its key state speaks of."""
    if compartment_key.context() != (state.agency, state.compartment, u32(state.version)):
        raise CiphertextRejected(Reason.CONTEXT)
    verify_commitment(compartment_key.key, state.commitment)
    hpke.check_public(state.dropbox_public)
    derived = dropbox.key_pair(compartment_key, state.dropbox_public[0])
    if not hmac.compare_digest(derived.public, state.dropbox_public):
        raise CiphertextRejected(Reason.COMMITMENT)


def _check_signer(statement: Statement, signer_id: str, agency: str, certificate: Certificate) -> None:
    if (certificate.user_id, certificate.agency_id) != (signer_id, agency):
        raise CiphertextRejected(Reason.CONTEXT)
    statement.check(certificate.sign_public)
