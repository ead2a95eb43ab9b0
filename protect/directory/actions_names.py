"""Whether a sign-in name is free: unique over the instance, so that each answer tells something of other agencies."""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from protect.access.gate import Gate
from protect.access.models import Member
from protect.directory.models import NameTry

MOST_TRIES: Final = 5  # of an agency in a day
REMEMBERED: Final = timedelta(days=1)


class NameTaken(Exception):
    """Somebody has this sign-in name already."""


class NamesTried(Exception):
    """Too many names of other agencies were met: no name is looked up until tomorrow."""


def require_free(gate: Gate, name: str) -> None:
    """Go on only if nobody has the sign-in name. Raises NameTaken, and NamesTried when an agency met many in a day.

    A name of one's own agency stands in the list of its members. Each that belongs to another is counted, and an entry
    in the trail, whatever becomes of the invitation: nobody finds out unseen who works elsewhere.
    """
    agency_id = gate.member.agency_id
    recent = (NameTry.agency_id == agency_id) & (NameTry.at > gate.now() - REMEMBERED)
    if (gate.db.scalar(select(func.count()).select_from(NameTry).where(recent)) or 0) >= MOST_TRIES:
        raise NamesTried
    holder = gate.db.scalar(select(Member.agency_id).where(Member.sign_in_name == name))
    if holder is None:
        return
    if holder != agency_id:
        with gate.again() as apart:
            apart.permit("member:invite")
            apart.db.add(NameTry(agency_id=agency_id, at=gate.now()))
            apart.record("member:name-taken")
    raise NameTaken
