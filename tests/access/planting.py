"""Rows that somebody puts into the tables of trust with the rights of the program and without any key of a person."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from protect.access import founding, rotation
from protect.access.authority import Authority
from protect.access.models import AgencyRoot, Certificate, Invitation, KeyGrant, Member
from protect.vault import hpke
from protect.vault.certificate import Certificate as Signed
from protect.vault.hpke import KeyPair
from protect.vault.signing import SigningKey
from tests.access import people
from tests.world import LEAD, World


def certificate_of(world: World, name: str) -> Certificate:
    """The newest row of a member's certificates."""
    with world.runtime.unit_of_work() as db:
        own = select(Certificate).where(Certificate.member_id == people.member_id(world, name))
        return db.scalars(own.order_by(Certificate.epoch.desc()).limit(1)).one()


def altered(world: World, name: str, **changes: Any) -> Signed:
    """The member's newest certificate with something else in it, and no signature."""
    return replace(Signed.from_bytes(certificate_of(world, name).statement), signature=b"", **changes)


def foreign_keys() -> tuple[KeyPair, dict[str, bytes]]:
    """Keys of the forger's own, and what a certificate says of them."""
    pair = hpke.generate()
    return pair, {"hpke_public": pair.public, "sign_public": SigningKey.generate().public}


def plant(world: World, name: str, signed: Signed, **columns: Any) -> UUID:
    """Put a certificate into the table as one of the member's; its row."""
    like = certificate_of(world, name)
    row = Certificate(
        member_id=like.member_id, epoch=signed.epoch, statement=signed.to_bytes(),
        **{"invitation_id": like.invitation_id, **columns},
    )  # fmt: skip
    with world.runtime.unit_of_work() as db:
        db.add(row)
        db.flush()
        return row.id


def looks_live(world: World, name: str, **member: Any) -> None:
    """Put back what a decision changed in the tables; what was signed stays."""
    wanted = people.member_id(world, name)
    with world.runtime.unit_of_work() as db:
        db.execute(update(Member).where(Member.id == wanted).values(status="active", **member))
        db.execute(update(KeyGrant).where(KeyGrant.recipient_id == wanted).values(revoked_at=None))


def given_at_the_next_renewal(world: World, by: str = "officer") -> Iterable[UUID]:
    """A holder renews the key of identities: to whom."""
    with people.fresh(world, by) as gate:
        rotation.begin(gate, "identity")
    with world.runtime.unit_of_work() as db:
        new = (KeyGrant.compartment == "identity") & (KeyGrant.version > 1)
        return set(db.scalars(select(KeyGrant.recipient_id).where(new)))


def copied_invitation(world: World, name: str, belongs_to: str) -> UUID:
    """The invitation of a member once more, as if it were somebody else's; its row."""
    with world.runtime.unit_of_work() as db:
        true = db.get_one(Invitation, certificate_of(world, name).invitation_id)
        kept = {key: getattr(true, key) for key in ("agency_id", "expires_at", "statement", "pins", "used_at")}
        row = Invitation(member_id=people.member_id(world, belongs_to), enrol_public=b"x" * 32, **kept)
        db.add(row)
        db.flush()
        return row.id


def invited_by_root(world: World, name: str, role: str, unit: str = "") -> str:
    """Somebody enrols with a code of the root's, as at the founding; the code, used."""
    agency, root = world.agencies[LEAD.name], world.roots[LEAD.name]
    plan = founding.MemberPlan(name, name, role, people.unit_id(world, unit) if unit else None)
    with world.runtime.unit_of_work() as db:
        code = founding.invite(db, root, agency, plan, world.runtime.clock() + timedelta(days=1)).code
    people.enrol(world, name, code)
    return code


def authority(world: World, db: Session) -> Authority:
    """What the lead agency's root and registrars stand for, by the tables as they are."""
    agency = world.agencies[LEAD.name]
    return Authority(db, agency, db.get_one(AgencyRoot, agency).root_public)
