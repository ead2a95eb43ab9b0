"""What witnesses ask for and send back: a signed head with its proof, and the same head with their signature."""

from protect.access.gate import Gate
from protect.audit import checkpoints
from protect.vault.errors import CiphertextRejected


class CosignatureRefused(Exception):
    """What was sent is no signature of a known witness; the message says why."""


def proof_since(gate: Gate, size: int, asked: str) -> str | None:
    """The newest signed head and the proof that it continues the one of this size, for a witness that proves itself.

    Nothing for anybody else, and nothing before the first head.
    """
    try:
        checkpoints.require_witness(gate.watch, asked, size, gate.now())
    except CiphertextRejected:
        return None
    return checkpoints.proof_since(gate.db, gate.watch, size)


def keep_cosignature(gate: Gate, shown: str) -> tuple[str, int]:
    """Keep a witness's signature; its name and the size of the head. Raises CosignatureRefused."""
    try:
        return checkpoints.keep_cosignature(gate.db, gate.watch, shown, gate.now())
    except checkpoints.CosignatureRefused as refused:
        raise CosignatureRefused(str(refused)) from None
