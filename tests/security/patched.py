"""The program as it would be if authorisation were patched away, piece by piece: what is left is the cryptography."""

import uuid
from types import SimpleNamespace
from typing import Any

import pytest

from protect.access import gate as gates
from protect.access import granted, limits
from protect.access.policy import Policy, policy
from protect.store.scope import Scope
from protect.vault.session import token_hash
from tests.world import Person

EVERY_KEY = tuple(dict.fromkeys(name for held in policy().compartments.values() for name in held))


def lawless(patch: pytest.MonkeyPatch) -> None:
    """A policy that permits everybody everything, as often as they like, and keeps no granted key from anybody."""
    patch.setattr(limits, "admit", lambda *_: (limits.Verdict.ADMITTED, False))
    patch.setattr(Policy, "permits", lambda *_: True)
    patch.setattr(Policy, "has", lambda *_: True)
    patch.setattr(Policy, "by_unit", lambda *_: False)
    patch.setattr(granted, "policy", lambda: SimpleNamespace(readable=lambda _role: EVERY_KEY))


def boundless(patch: pytest.MonkeyPatch, agency: uuid.UUID, officer: Person) -> None:
    """Besides, everybody's statements reach the rows of an agency, and the database is asked as its officer."""
    proof, prepare = token_hash(officer.token), gates.Gate.__init__

    def reaching(gate: Any, *arguments: Any, **named: Any) -> None:
        prepare(gate, *arguments, **named)
        gate.db.info.update(scope=Scope(agency), token_hash=proof)

    patch.setattr(gates.Gate, "__init__", reaching)
