"""Table of publications: what publishers signed."""

import uuid

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from protect.store.base import Base


class PublicationRow(Base):
    """The signature under a published release."""

    __tablename__ = "publication"
    __table_args__ = ({"info": {"rls": "open"}},)
    release_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("release.id"), primary_key=True)
    member_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("member.id"), index=True)
    statement: Mapped[bytes]
