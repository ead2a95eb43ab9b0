"""Those who touch a trail in the tests: the program in its web role, auditors with their key, and a tamperer."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from protect.audit import checkpoints
from protect.audit.append import append
from protect.audit.checkpoints import Watch
from protect.audit.entry import Detail, Entry, seal_detail
from protect.audit.epochs import start_epoch, start_keys
from protect.audit.sealer import Sealer
from protect.audit.verify import Report, verify
from protect.audit.written import RowState, pack
from protect.store.scope import GatedSession
from protect.vault import dropbox
from protect.vault.notes import Cosigner, Signer
from protect.vault.signing import SigningKey
from protect.vault.tree import CompartmentKey

TABLES = (
    "trail_entry", "trail_head", "trail_epoch", "trail_state", "trail_row", "trail_node", "trail_checkpoint",
    "trail_cosignature", "trail_contradiction",
)  # fmt: skip
SECRET = bytes(range(32))
LOG = Signer("protect.example/trail", SigningKey(hashlib.sha256(b"log").digest()))
OMBUDSMAN = Cosigner("ombudsman.example/w1", SigningKey(hashlib.sha256(b"witness").digest()))
WATCH = Watch(LOG.verifier, (OMBUDSMAN.verifier,))
AGENCY = uuid.UUID(int=0xA1)
OTHER_AGENCY = uuid.UUID(int=0xA2)
START = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def auditor_of(agency: uuid.UUID) -> dropbox.KeyPair:
    """The key pair the auditors of an agency derive from their compartment key."""
    return dropbox.key_pair(CompartmentKey(agency.bytes * 2, str(agency), "audit", 1))


def entry(number: int = 0, **changes: object) -> Entry:
    """An entry with every column filled."""
    detail = Detail(f"case-{number}", "case", ("family_name", "birth_date"), "A call from the hospital")
    full = Entry(
        at=START + timedelta(minutes=number),
        actor_id=uuid.UUID(int=number + 1),
        agency_id=AGENCY,
        role="case_worker",
        session_hash=bytes([number % 256]) * 32,
        action="case:open",
        result="allowed",
        purpose="care",
        consent_id=uuid.UUID(int=number + 1000),
        authorisation="case:open grant 7",
        case_generation=number,
        program="1.0.0",
        detail=seal_detail(auditor_of(AGENCY).public, AGENCY, detail),
        written=pack([RowState(number.to_bytes(16, "big"), 1, bytes(32))]),
    )
    return replace(full, **changes)


class Trail:
    """The trail of one database."""

    def __init__(self, owner: Engine, web: Engine) -> None:
        self.owner = owner
        self.web = web
        self.sealer = Sealer(self.work, SECRET, LOG, interval=0.02)

    @contextmanager
    def work(self) -> Iterator[Session]:
        """A unit of work as the gate makes it: committed when it ends well."""
        with GatedSession(self.web) as session:
            session.info["committing"] = True
            yield session
            session.commit()

    def write(self, count: int = 1, first: int = 0) -> None:
        """Append entries, each in its own transaction."""
        for number in range(first, first + count):
            with self.work() as session:
                append(session, entry(number))

    def seal(self) -> int:
        return self.sealer.seal_now()

    def epoch(self, *agencies: uuid.UUID) -> int:
        with self.work() as session:
            return start_epoch(session, SECRET, {agency: auditor_of(agency).public for agency in agencies})

    def keys(self, agency: uuid.UUID = AGENCY) -> dict[int, bytes]:
        with self.work() as session:
            return start_keys(session, [auditor_of(agency)], agency)

    def verify(
        self, keys: Mapping[int, bytes] | None = None, secret: bytes | None = None, watch: Watch | None = WATCH
    ) -> Report:
        with self.work() as session:
            return verify(session, start_keys=keys, server_secret=secret, watch=watch)

    def proof(self, since: int = 0) -> str:
        """What a witness is shown that knows the log up to a size."""
        with self.work() as session:
            return checkpoints.proof_since(session, WATCH, since) or ""

    def cosign(self, shown: str, watch: Watch = WATCH, now: datetime = START) -> tuple[str, int]:
        with self.work() as session:
            return checkpoints.keep_cosignature(session, watch, shown, now)

    def kinds(
        self, keys: Mapping[int, bytes] | None = None, secret: bytes | None = None, watch: Watch | None = None
    ) -> set[tuple[int | None, str]]:
        return {(fault.sequence, fault.kind) for fault in self.verify(keys, secret, watch).faults}

    def tamper(self, *statements: str, **values: object) -> None:
        """Change the tables as their owner can, who puts the guard out of action for a moment."""
        with self.owner.begin() as connection:
            for table in TABLES:
                connection.execute(text(f"alter table {table} disable trigger user"))
            for statement in statements:
                connection.execute(text(statement), values)
            for table in TABLES:
                connection.execute(text(f"alter table {table} enable trigger user"))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.owner.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]
