"""The one exception of the vault, with a coded reason for the trail and none for the reader."""

from enum import StrEnum


class Reason(StrEnum):
    """Why something was refused; written to the trail, never to a page."""

    INPUT = "input"
    FORMAT = "format"
    VERSION = "version"
    ALGORITHM = "algorithm"
    LENGTH = "length"
    TAG = "tag"
    PADDING = "padding"
    COMMITMENT = "commitment"
    SIGNATURE = "signature"
    CONTEXT = "context"
    MANIFEST = "manifest"
    ANCHOR = "anchor"
    ISSUER = "issuer"
    REVOKED = "revoked"
    EXPIRED = "expired"
    VERIFIER = "verifier"
    ROLLBACK = "rollback"


class CiphertextRejected(Exception):
    """Something sealed, wrapped or signed is not what its place says it is."""

    def __init__(self, reason: Reason) -> None:
        """Keep the reason as an attribute only: the text of the exception says nothing."""
        super().__init__("rejected")
        self.reason = reason
