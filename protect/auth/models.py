"""Tables of sign-in: sealed identities, attempts, and forms that outlived their session."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
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
