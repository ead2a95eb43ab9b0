"""Time-based codes of six digits (RFC 6238): 30 seconds each, one step of tolerance, no step twice."""

import hmac
from typing import Final
from urllib.parse import quote

import pyotp

STEP_SECONDS: Final = 30
DIGITS: Final = 6
TOLERANCE: Final = 1
GROUP: Final = 4


def new_seed() -> str:
    """A fresh seed of 160 bits, in base 32."""
    return pyotp.random_base32(32)


def step_at(timestamp: float) -> int:
    """Number of the step of 30 seconds in which the moment lies."""
    return int(timestamp) // STEP_SECONDS


def code_at(seed: str, step: int) -> str:
    """The six digits of one step."""
    return pyotp.TOTP(seed, digits=DIGITS, interval=STEP_SECONDS).generate_otp(step)


def fitting_step(seed: str, typed: str, now: int, last: int) -> int | None:
    """The step whose code was typed, if it is at most one from `now` and later than `last`; the first if several."""
    near = range(now - TOLERANCE, now + TOLERANCE + 1)
    right = [step for step in near if hmac.compare_digest(code_at(seed, step).encode(), typed.encode())]
    return next((step for step in right if step > last), None)


def address(seed: str, name: str, issuer: str) -> str:
    """What an authenticator reads from the picture. It names the product and the sign-in name, nothing else."""
    return f"otpauth://totp/{quote(issuer)}:{quote(name)}?secret={seed}&issuer={quote(issuer)}"


def in_groups(seed: str) -> str:
    """The seed as a person copies it: groups of four letters."""
    return " ".join(seed[at : at + GROUP] for at in range(0, len(seed), GROUP))
