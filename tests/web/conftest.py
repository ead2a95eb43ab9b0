"""The demonstration application, seen by a visitor and by a member."""

import pytest

from tests.pages import PageClient
from tests.web.demo import FakeGate, make_app


@pytest.fixture
def gate() -> FakeGate:
    return FakeGate()


@pytest.fixture
def visitor(gate) -> PageClient:
    return PageClient(make_app(gate))


@pytest.fixture
def member(gate) -> PageClient:
    gate.actor = object()
    gate.permissions = frozenset({"case:list"})
    return PageClient(make_app(gate))
