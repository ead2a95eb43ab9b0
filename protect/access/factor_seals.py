"""What the server keeps of second factors, sealed under a secret of its own and bound to member and factor."""

from collections.abc import Sequence
from contextlib import suppress
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


def renewed(versions: Sequence[bytes], holder: Holder, blob: bytes) -> tuple[bytes, tuple[bytes, ...]] | None:
    """The secret under the version in use, and its parts; None when it is so already or opens under none of them."""
    for number, secret in enumerate(versions):
        try:
            plain = server.open_note(secret, _LABEL, holder.context, blob)
        except CiphertextRejected:
            continue
        return (server.seal_note(versions[0], _LABEL, holder.context, plain), tuple(unlp(plain))) if number else None
    return None


def opens(versions: Sequence[bytes], holder: Holder, blob: bytes) -> bool:
    """Whether any version of the secret opens what was stored for exactly this holder."""
    for secret in versions:
        with suppress(CiphertextRejected):
            server.open_note(secret, _LABEL, holder.context, blob)
            return True
    return False


def user_handle(runtime: Runtime, member_id: UUID) -> bytes:
    """What the next passkey keeps of its owner, and its row as well: nothing that anybody else can read."""
    return derive(runtime.secrets.totp, _OWNER, str(member_id))


def handle_of(secret: bytes, credential_id: bytes) -> bytes:
    """By which a passkey is known to be registered already: a keyed hash, which names no device."""
    return derive(secret, _HANDLE, credential_id)
