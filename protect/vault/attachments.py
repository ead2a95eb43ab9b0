"""Attached files sealed as a stream (Cobblestone-256), bound to agency, case, attachment and version."""

from collections.abc import Iterable, Iterator

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag

from protect.vault.derivation import require_key
from protect.vault.encoding import lp, u32
from protect.vault.errors import CiphertextRejected, Reason

_FORMAT = b"\x01"


def context(agency: str, case: str, attachment: str, version: int) -> bytes:
    """Return the place of one version of one attachment."""
    return lp("attachment.v1", agency, case, attachment, u32(version))


def seal_stream(key: bytes, place: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the sealed stream of a file for one place made by `context`."""
    sealer = Cobblestone256Encryptor(require_key(key), place)
    yield _FORMAT
    for chunk in chunks:
        yield sealer.update(chunk)
    yield sealer.finalize()


def open_stream(key: bytes, place: bytes, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the file; each block is proven before it is yielded, and its end is proven before the iteration ends."""
    opener = Cobblestone256Decryptor(require_key(key), place)
    sealed = _without_format(iter(chunks))
    try:
        for chunk in sealed:
            yield opener.update(chunk)
        yield opener.finalize()
    except InvalidTag:
        raise CiphertextRejected(Reason.TAG) from None


def _without_format(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = next((chunk for chunk in chunks if chunk), b"")
    if first[:1] != _FORMAT:
        raise CiphertextRejected(Reason.VERSION)
    yield first[1:]
    yield from chunks
