"""What failed, counted by hashed account and hashed address, so that nobody can go on guessing.

Six digits are few enough to be guessed by a program. Their tries are counted in the shred store, where who writes to
the database forgets none. A passphrase has 77 bits and costs an Argon2id each time: its count may lie in a table.
"""

import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select

from protect.access.gate import Gate
from protect.access.runtime import Runtime
from protect.auth.models import Attempt

WINDOW: Final = timedelta(minutes=15)
KEPT: Final = timedelta(days=1)
PAIR_LIMIT: Final = 5  # one account from one address
ADDRESS_LIMIT: Final = 30  # any accounts from one address; nobody elsewhere is locked out by it
# Who guesses six digits knows the passphrase already, so the account itself is counted, whatever the address: in an
# hour ten guesses find a code with a chance of 1 to 33,000. Passkeys and recovery codes go on working.
GUESS_WINDOW: Final = timedelta(hours=1)
GUESS_LIMIT: Final = 10
GUESS, MISS, TAKEN = "guess", "miss", "taken"

Tried = tuple[bytes, bytes]


class TooManyAttempts(Exception):
    """The address has tried too often; it may again in a quarter of an hour."""


def keyed(runtime: Runtime, kind: str, value: str) -> bytes:
    """A hash that only this server can compute: the table of attempts is no list of names or addresses."""
    return hmac.digest(runtime.secrets.pepper, f"{kind}:{value}".encode(), "sha256")


def tried(runtime: Runtime, name: str, address: str) -> Tried:
    """Account and address of an attempt, as they are counted."""
    return keyed(runtime, "account", name), keyed(runtime, "address", address)


def require_patience(gate: Gate, attempt: Tried) -> None:
    """Go on only while the address has tries left. Raises TooManyAttempts."""
    account, source = attempt
    from_here = (Attempt.address == source) & (Attempt.at > gate.now() - WINDOW)
    total, pair = gate.db.execute(
        select(func.count(), func.count().filter(Attempt.account == account)).select_from(Attempt).where(from_here)
    ).one()
    if total >= ADDRESS_LIMIT or pair >= PAIR_LIMIT:
        raise TooManyAttempts


def count_guess(runtime: Runtime, member_id: UUID, at: datetime, *, right: bool) -> bool:
    """Count six digits before they are looked at; whether they are taken from the member at this hour.

    After a wrong passphrase they are no guess, and count for nobody, at equal work.
    """
    guesses = runtime.shred.count_try(GUESS if right else MISS, str(member_id), at, at - GUESS_WINDOW)
    return guesses <= GUESS_LIMIT


def take_back_guess(runtime: Runtime, member_id: UUID, at: datetime) -> None:
    """Let one that was counted at that moment be none: it was right."""
    runtime.shred.take_back_try(GUESS, str(member_id), at)


def take_step(runtime: Runtime, factor_id: UUID, step: int, at: datetime) -> bool:
    """Take the code of a step; False when it was taken before, whatever the database says that it accepted last."""
    return runtime.shred.count_try(TAKEN, f"{factor_id} {step}", at, at - WINDOW) == 1


def count_failure(runtime: Runtime, failure: Tried) -> None:
    """Keep it for a day, in a transaction of its own: the refusal that follows undoes the gate's."""
    now, (account, source) = runtime.clock(), failure
    with runtime.unit_of_work() as db:
        db.add(Attempt(account=account, address=source, at=now))
        db.execute(delete(Attempt).where(Attempt.at < now - KEPT))
