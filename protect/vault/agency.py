"""The directory root vouches for the root of each agency, so that keys of another agency can be believed."""

import hmac
from dataclasses import dataclass
from typing import ClassVar

from protect.vault.derivation import digest
from protect.vault.errors import CiphertextRejected, Reason
from protect.vault.statement import Statement


@dataclass(frozen=True)
class AgencyVouch(Statement):
    """That this root is the root of this agency, of this kind; signed by the directory root."""

    LABEL: ClassVar[str] = "agency.v1"
    agency_id: str
    kind: str
    root_public: bytes


def directory_anchor(directory_public: bytes) -> bytes:
    """Return the anchor of the directory root, pinned inside every identity."""
    return digest("directory.v1", directory_public)


def verify_agency(anchor: bytes, directory_public: bytes, vouch: AgencyVouch) -> AgencyVouch:
    """Return the vouch when the pinned directory root signed it, else refuse."""
    if not hmac.compare_digest(directory_anchor(directory_public), anchor):
        raise CiphertextRejected(Reason.ANCHOR)
    return vouch.check(directory_public)
