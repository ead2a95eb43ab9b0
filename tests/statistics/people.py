"""Coded records of a made-up year, sent by real officers through the real feed."""

import uuid
from datetime import date, timedelta

from sqlalchemy import select

from protect.cases.facts import CodedFacts
from protect.statistics.actions_feed import feed
from protect.statistics.models import CodedRecord
from protect.statistics.period import Period
from protect.store.sealed import Sealed

YEAR = Period(date(2025, 7, 1), date(2026, 6, 30))
QUARTER = Period(date(2026, 1, 1), date(2026, 3, 31))
FORMS = ("sexual", "forced_labour", "domestic_servitude", "forced_begging", "child_labour")


def facts(number, *, agreed=True, person=None, **values):
    """The facts of the person of that number; always the same."""
    registered = date(2026, 1, 1) + timedelta(days=number * 7 % 88)
    known = {
        "registration_date": registered.isoformat(),
        "identification_status": "identified" if number % 3 else "presumed",
        "identification_date": (registered + timedelta(days=1)).isoformat() if number % 3 else "",
        "sex": "FMFFM"[number % 5],
        "majority_status": ("adult", "child", "adult", "adult", "child", "unknown")[number % 6],
        "exploitation_main": FORMS[number * number % 5],
        **values,
    }
    return CodedFacts(uuid.uuid4(), uuid.uuid4(), person or uuid.uuid4(), known, agreed)


def send(person, several):
    """Send the records of several persons as this officer."""
    with person.gate() as gate:
        for one in several:
            feed(gate, one)


def fill(world, count=90):
    """So many persons, sent by two agencies."""
    send(world.officer, [facts(number) for number in range(count) if number % 2])
    send(world.foreign_officer, [facts(number) for number in range(count) if not number % 2])


def spoil(world, number):
    """Change a byte of so many records of the officer's agency; gives their ids."""
    with world.officer.gate() as gate:
        rows = gate.db.scalars(select(CodedRecord).order_by(CodedRecord.id).limit(number)).all()
        for row in rows:
            row.record = Sealed(row.record.blob[:-1] + bytes([row.record.blob[-1] ^ 1]))
        return {str(row.id) for row in rows}
