"""What failed, counted by hashed account and hashed address, so that nobody can go on guessing."""

import hmac
from collections.abc import Sequence
from datetime import timedelta
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


def guessed(runtime: Runtime, member_id: UUID, *, right: bool) -> Tried:
    """A wrong code as it is counted. After a wrong passphrase it is no guess, and counts for nobody, at equal work."""
    return keyed(runtime, "guess" if right else "miss", str(member_id)), keyed(runtime, "guess", "")


def may_guess(gate: Gate, runtime: Runtime, member_id: UUID) -> bool:
    """Whether six digits are taken from the member at this hour."""
    account, source = guessed(runtime, member_id, right=True)
    recent = (Attempt.account == account) & (Attempt.address == source) & (Attempt.at > gate.now() - GUESS_WINDOW)
    return (gate.db.scalar(select(func.count()).select_from(Attempt).where(recent)) or 0) < GUESS_LIMIT


def count_failures(runtime: Runtime, failures: Sequence[Tried]) -> None:
    """Keep them for a day, in a transaction of its own: the refusal that follows undoes the gate's."""
    now = runtime.clock()
    with runtime.unit_of_work() as db:
        db.add_all(Attempt(account=account, address=source, at=now) for account, source in failures)
        db.execute(delete(Attempt).where(Attempt.at < now - KEPT))
