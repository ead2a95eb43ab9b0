"""A compartment's drop-box: whoever may write but not read seals to its public half; the first reader re-wraps.

The drop-box proves no sender. Its public half is believed only inside a signed key state.
"""

from protect.vault import hpke
from protect.vault.derivation import expand
from protect.vault.encoding import lp, pad, unpad
from protect.vault.hpke import KeyPair
from protect.vault.tree import CompartmentKey

BUCKET = 64
_LABEL = "dropbox.v1"


def key_pair(compartment_key: CompartmentKey, algorithm: int | None = None) -> KeyPair:
    """Return the key pair that every holder of the compartment key derives."""
    seed = expand(compartment_key.key, hpke.SEED_BYTES, _LABEL, *compartment_key.context())
    return hpke.from_seed(seed, algorithm)


def seal(public: bytes, agency: str, compartment: str, context: str | bytes, plaintext: bytes) -> bytes:
    """Return `plaintext` sealed to the drop-box for one context, its length in a bucket of 64."""
    return hpke.seal(public, lp(_LABEL, agency, compartment, context), pad(plaintext, BUCKET))


def open(  # noqa: A001 - seal and open are the words of the house
    private: bytes, agency: str, compartment: str, context: str | bytes, blob: bytes
) -> bytes:
    """Return what was sealed to this drop-box for exactly this context, else refuse."""
    return unpad(hpke.open(private, lp(_LABEL, agency, compartment, context), blob), BUCKET)
