"""Tables of trust: whose keys are whose, who holds which compartment, which browser session is live."""

import uuid
from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from protect.store.base import Base, CaseBound
from protect.store.sealed import Sealed

OPEN = {"rls": "open"}


class AgencyRoot(Base):
    """The public root of an agency, vouched for by the directory root. Nothing here is trusted unverified."""

    __tablename__ = "agency_root"
    __table_args__ = ({"info": OPEN},)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    kind: Mapped[str]
    root_public: Mapped[bytes]
    directory_public: Mapped[bytes]
    statement: Mapped[bytes]


class Member(Base):
    """A person who signs in, with the one role the person acts in."""

    __tablename__ = "member"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[str]
    sign_in_name: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    # invited; waiting: enrolled and not certified yet; active; suspended; left. No key depends on it.
    status: Mapped[str] = mapped_column(server_default="invited")
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class Invitation(Base):
    """A signed promise of membership, redeemed once by who holds the code behind `enrol_public`."""

    __tablename__ = "invitation"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    enrol_public: Mapped[bytes] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    statement: Mapped[bytes]
    pins: Mapped[bytes]  # signature of the code over both roots, so that nobody can put others in their place
    issued_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))  # a registrar; empty for the root
    used_at: Mapped[datetime | None]


class Certificate(Base):
    """The public keys of a member, signed with the enrolment key that the invitation names.

    When role or unit change, a registrar signs the next one over the same keys. It is in force once it is confirmed.
    """

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("member_id", "epoch"), {"info": OPEN})
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    invitation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invitation.id"))
    epoch: Mapped[int]
    statement: Mapped[bytes]
    issued_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))  # a registrar; empty at enrolment
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    in_force_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class RollRow(Base):
    """The registrars in office from a moment on; it counts once those of the roll before confirmed it."""

    __tablename__ = "roll"
    __table_args__ = (UniqueConstraint("agency_id", "version"), {"info": OPEN})
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    version: Mapped[int]
    statement: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    in_force_at: Mapped[datetime | None]


class ConfirmationRow(Base):
    """One registrar's signed word for a certificate, a roll or the end of a suspension."""

    __tablename__ = "confirmation"
    __table_args__ = (UniqueConstraint("subject", "registrar_id", "roll"), {"info": OPEN})
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    registrar_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    subject: Mapped[bytes]
    roll: Mapped[int]
    statement: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class RevocationRow(Base):
    """What was signed to end something: access, a suspension, a certificate replaced, a proposal taken back.

    Whatever stands here takes effect, and the program takes nothing away.
    """

    __tablename__ = "revocation"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    invitation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("invitation.id"))  # of a revocation
    statement: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class UpheldRow(Base):
    """What somebody signed that still counts, signed by a registrar when that person's own word ended."""

    __tablename__ = "upheld"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    registrar_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    statement: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class KeyStateRow(Base):
    """The signed public half of a compartment key of an agency: its drop-box and its commitment."""

    __tablename__ = "key_state"
    __table_args__ = (UniqueConstraint("agency_id", "compartment", "version"), {"info": OPEN})
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    compartment: Mapped[str]
    version: Mapped[int]
    dropbox_public: Mapped[bytes]
    holder_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    statement: Mapped[bytes]
    succession: Mapped[bytes | None]  # from version 2 on: until when the version before is still taken, signed
    carried: Mapped[Sealed | None]  # what names imported rows under the versions before, sealed under this key
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class KeyRotation(Base):
    """A change to the next version of a compartment key, and how far the re-encryption has come."""

    __tablename__ = "key_rotation"
    __table_args__ = (UniqueConstraint("agency_id", "compartment", "version"), {"info": OPEN})
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    compartment: Mapped[str]
    version: Mapped[int]  # the new one
    started_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    started_at: Mapped[datetime]
    known_since: Mapped[datetime | None]  # by the database's clock: when the first piece found the version committed
    settled: Mapped[bool]  # no transaction from before that is open any more
    stage: Mapped[int]  # how many kinds of sealed things are done
    cursor: Mapped[uuid.UUID | None]  # the last one done of the kind under way
    done: Mapped[int]
    total: Mapped[int | None]  # how many there were to do at the beginning; unknown of renewals that began earlier
    left_behind: Mapped[list[uuid.UUID]] = mapped_column(ARRAY(Uuid))  # ids of what could not be opened
    replaced_at: Mapped[datetime | None]  # since when the version before is refused
    finished_at: Mapped[datetime | None]


class KeyGrant(Base):
    """A compartment key given to one member by another who had it, or in a recovery by the agency's root."""

    __tablename__ = "key_grant"
    __table_args__ = (
        Index("ix_key_grant_live", "recipient_id", "compartment", postgresql_where=text("revoked_at IS NULL")),
        {"info": OPEN},
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"))
    recipient_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    supplier_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))  # empty for the root
    compartment: Mapped[str]
    version: Mapped[int]
    statement: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    revoked_at: Mapped[datetime | None]


class BrowserSession(Base):
    """One signed-in browser. Its keys are wrapped under the cookie, which the server does not keep."""

    __tablename__ = "session"
    __table_args__ = (
        Index("ix_session_live", "seen_at", postgresql_where=text("ended_at IS NULL")),
        Index("ix_session_open", "open_until", postgresql_where=text("open_until IS NOT NULL")),
        Index("ix_session_step_key", "ended_at", postgresql_where=text("step_key")),
        {"info": OPEN},
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    agency_id: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    keys: Mapped[Sealed | None]
    open_keys: Mapped[Sealed | None]  # of the compartments that a second factor opens, until
    open_until: Mapped[datetime | None]
    asleep: Mapped[Sealed | None]  # the private half of the identity, for the next second factor
    step_key: Mapped[bool]  # whether the shred store still has the session's own key
    device: Mapped[str]


class OpenedPerson(Base):
    """That a member identified somebody in the last hour, under a mark that tells nobody whom."""

    __tablename__ = "opened_person"
    __table_args__ = (Index("ix_opened_person_at", "at"), {"info": {"rls": "agency"}})
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), primary_key=True)
    mark: Mapped[bytes] = mapped_column(primary_key=True)
    agency_id: Mapped[uuid.UUID]
    at: Mapped[datetime]


class OpeningNotice(Base):
    """That a member gave a reason for many openings, or met the stop; who lifted it."""

    __tablename__ = "opening_notice"
    __table_args__ = (Index("ix_opening_notice_agency_id_at", "agency_id", "at"), {"info": {"rls": "agency"}})
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    agency_id: Mapped[uuid.UUID]
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    kind: Mapped[str]  # reason, stop
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))


class EmergencyOpening(CaseBound, Base):
    """One case of the agency that one member may read for some hours because another agreed; the table checks the two.

    What both signed is verified at each opening: a row that somebody put here opens nothing.
    """

    __tablename__ = "emergency_opening"
    __table_args__ = (
        CheckConstraint("decided_by <> asked_by", name="two_people"),
        CheckConstraint("until <= decided_at + interval '4 hours'", name="four_hours"),
        CheckConstraint(
            "case when approval is null then until is null else num_nulls(until, decided_by, decided_at) = 0 end",
            name="approved",
        ),
        CheckConstraint("reviewed_by <> asked_by and reviewed_by <> decided_by", name="other_reviewer"),
        Index("ix_emergency_opening_agency_id_asked_at", "agency_id", "asked_at"),
        Index("ix_emergency_opening_live", "asked_by", "until", postgresql_where=text("ended_at IS NULL")),
        {"info": {"rls": "agency"}},
    )
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id", ondelete="CASCADE"))
    case_code: Mapped[str]
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"))  # the office that holds the case
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"))
    asked_at: Mapped[datetime]  # this moment and the next ones by the database's clock
    reason: Mapped[str]
    why: Mapped[Sealed | None]  # for those who hold the key of the protection compartment; gone with the review
    request: Mapped[bytes]
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    decided_at: Mapped[datetime | None]
    until: Mapped[datetime | None]  # empty: refused
    approval: Mapped[bytes | None]
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    ended_at: Mapped[datetime | None]
    reviewed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("member.id"))
    reviewed_at: Mapped[datetime | None]
    finding: Mapped[str | None]


class DoneOnce(Base):
    """An idempotency key that was used, and where its result is to be seen."""

    __tablename__ = "done_once"
    __table_args__ = ({"info": OPEN},)
    member_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    done_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
