"""What the server keeps of second factors, sealed under a secret of its own and bound to member and factor."""

from dataclasses import dataclass
from uuid import UUID

from protect.access.runtime import Runtime
from protect.vault import server
from protect.vault.derivation import derive
from protect.vault.encoding import lp, unlp
from protect.vault.errors import CiphertextRejected

_LABEL = "factor.v1"
_HANDLE = "factor-handle.v1"
_OWNER = "factor-owner.v1"


@dataclass(frozen=True)
class Holder:
    """Whose factor it is, of which kind, in which row."""

    kind: str
    member_id: UUID
    factor_id: UUID

    @property
    def context(self) -> bytes:
        """What the secret of the factor is bound to."""
        return lp(self.kind, str(self.member_id), str(self.factor_id))


def seal_factor(runtime: Runtime, holder: Holder, *parts: bytes) -> bytes:
    """The secret of a factor as its row keeps it: no other kind, member or factor can use it."""
    return server.seal_note(runtime.secrets.totp, _LABEL, holder.context, lp(*parts))


def open_factor(runtime: Runtime, holder: Holder, blob: bytes) -> tuple[bytes, ...] | None:
    """The secret again; None when the row is not what was stored for exactly this holder."""
    try:
        return unlp(server.open_note(runtime.secrets.totp, _LABEL, holder.context, blob))
    except CiphertextRejected:
        return None


def user_handle(runtime: Runtime, member_id: UUID) -> bytes:
    """What a passkey keeps of its owner: nothing that anybody else can read."""
    return derive(runtime.secrets.totp, _OWNER, str(member_id))


def handle_of(runtime: Runtime, credential_id: bytes) -> bytes:
    """By which a passkey is known to be registered already: a keyed hash, which names no device."""
    return derive(runtime.secrets.totp, _HANDLE, credential_id)
