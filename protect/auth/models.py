"""Tables of sign-in: sealed identities, second factors, attempts, and forms that outlived their session."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from protect.store.base import Base
from protect.store.sealed import Sealed

OPEN = {"rls": "open"}


class Credential(Base):
    """What a passphrase is checked against, and the identity it opens."""

    __tablename__ = "credential"
    __table_args__ = ({"info": OPEN},)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), primary_key=True)
    salt: Mapped[bytes]
    verifier_hash: Mapped[bytes]
    slot: Mapped[Sealed]  # the user master key under the slot key
    identity: Mapped[Sealed]  # the identity under the user master key
    master: Mapped[Sealed]  # the user master key under the identity: for the slots of later factors


class Factor(Base):
    """A second factor of a member: the seed of a code generator, a passkey, or one recovery code."""

    __tablename__ = "factor"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    kind: Mapped[str]  # totp, passkey, recovery
    secret: Mapped[Sealed]  # seed, public key or check value under the server's secret, bound to member and factor
    handle: Mapped[bytes | None] = mapped_column(unique=True)  # keyed hash of a passkey's id
    last: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))  # last accepted step, or sign counter
    slot: Mapped[Sealed | None]  # the user master key under what only this factor gives
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    used_at: Mapped[datetime | None]


class Notice(Base):
    """What changed in how a member signs in, told to the member for a week once it was shown, and to nobody else."""

    __tablename__ = "notice"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    what: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    shown_at: Mapped[datetime | None]  # when the member's first page had it first


class Attempt(Base):
    """A failed sign-in, by hashed account and hashed address, kept for a day."""

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_account_at", "account", "at"),
        Index("ix_attempt_address_at", "address", "at"),
        {"info": OPEN},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[bytes]
    address: Mapped[bytes]
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class LostForm(Base):
    """What was typed when the session ended, sealed to its owner's public key."""

    __tablename__ = "lost_form"
    __table_args__ = ({"info": OPEN},)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    typed: Mapped[Sealed]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
