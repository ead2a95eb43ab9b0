"""What each person last saw of the trail, kept inside the identity that only this person opens."""

from typing import Protocol

from protect.access.gate import Gate
from protect.access.models import Member
from protect.audit import alarms, checkpoints
from protect.store.sealed import Sealed
from protect.vault import identity as identities
from protect.vault.identity import Identity
from protect.vault.notes import Checkpoint, Note


class KeptIdentity(Protocol):
    """Where the sealed identity of a person is kept."""

    identity: Sealed


def pin_checkpoint(gate: Gate, member: Member, kept: KeptIdentity, identity: Identity, master: bytes) -> bool:
    """Pin the newest signed head into the identity; False if the trail does not continue what the person saw before.

    Then the evidence is kept and an entry written with this gate's writes. The person goes on: whoever can put the
    trail back must not be able to stop the work by it. What is found is pinned, so that each contradiction is told
    once, and told to this person until an auditor has explained it.

    What the log did not sign is never pinned, and contradicts nobody: an entry tells the auditors that it stands there.
    """
    found = checkpoints.newest(gate.db, gate.watch)
    if found.forged:
        gate.record_member(member, alarms.FORGED, result="rejected")
    if found.forged and found.head is None:
        return True
    seen = identity.checkpoint.decode()
    shown = str(found.head) if found.head else None
    continues = not seen or not checkpoints.contradicts(gate.db, Checkpoint.parse(Note.parse(seen).text), found.head)
    if not continues:
        alarms.keep_evidence(gate.db, member.id, gate.now(), seen, shown)
        gate.record_member(member, alarms.CONTRADICT, result="rejected")
    if shown is not None and shown != seen:
        pinned = identity.with_checkpoint(shown.encode())
        kept.identity = Sealed(identities.seal_identity(master, pinned))
    return continues


def contradicted(gate: Gate) -> bool:
    """Whether the trail contradicted what this member saw, and no auditor has explained it yet."""
    return gate.actor is not None and alarms.warned(gate.db, gate.actor.member_id)
