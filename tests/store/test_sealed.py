"""A sealed value shows itself to nobody, and a sealed column takes nothing else."""

import copy
import json
import logging
import pickle
import traceback

import pytest
from jinja2 import Environment
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import CompileError, StatementError

from protect.store import Sealed
from protect.store.sealed import SHOWN
from tests.store.planted import HERE, NORTH, Case, gated

BLOB = b"canary-\x00\xff-words"
SECRET = Sealed(BLOB)


@pytest.mark.parametrize(
    "shown",
    [str(SECRET), repr(SECRET), f"{SECRET}", f"{SECRET!r:>20}".strip(), f"{SECRET:x}", str([SECRET])[1:-1],
     Environment(autoescape=True).from_string("{{ value }}").render(value=SECRET)],
)  # fmt: skip
def test_every_way_of_printing_shows_the_mark(shown: str) -> None:
    assert shown == SHOWN


def test_a_log_and_a_traceback_show_the_mark(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("test").warning("value %s", SECRET)
    assert caplog.messages == ["value [sealed]"]
    with pytest.raises(AttributeError) as caught:
        SECRET.blob = b"x"
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "[sealed]" in shown
    assert "canary" not in shown


@pytest.mark.parametrize("way", [bytes, list, len, iter, hash and pickle.dumps, json.dumps, vars, memoryview])
def test_there_is_no_accidental_way_to_the_bytes(way: object) -> None:
    with pytest.raises(TypeError) as caught:
        way(SECRET)
    assert "canary" not in str(caught.value)


def test_the_blob_is_the_one_way_and_never_changes() -> None:
    assert SECRET.blob == BLOB
    for name in ("_blob", "blob", "other"):
        with pytest.raises(AttributeError):
            setattr(SECRET, name, b"x")
    assert copy.deepcopy(SECRET) is SECRET
    assert copy.copy(SECRET) is SECRET


def test_equality_is_by_bytes_among_sealed_values() -> None:
    assert Sealed(BLOB) == SECRET
    assert hash(Sealed(BLOB)) == hash(SECRET)
    assert Sealed(b"x") != SECRET
    assert SECRET != BLOB


@pytest.mark.parametrize("value", ["text", bytearray(b"x"), memoryview(b"x"), None, 7])
def test_only_bytes_are_sealed(value: object) -> None:
    with pytest.raises(TypeError):
        Sealed(value)


@pytest.mark.parametrize("value", ["Amina", b"Amina", 7])
def test_a_sealed_attribute_refuses_a_plain_value_without_showing_it(value: object) -> None:
    with pytest.raises(TypeError) as caught:
        Case(agency_id=HERE, unit_id=NORTH, name=value)
    assert "Amina" not in str(caught.value)


def test_a_sealed_column_gives_back_what_it_took(web: Engine) -> None:
    with gated(web, HERE) as session:
        session.add(Case(agency_id=HERE, unit_id=NORTH, number=5, name=SECRET))
        session.add(Case(agency_id=HERE, unit_id=NORTH, number=6))
        session.flush()
        session.expire_all()
        assert session.scalars(select(Case.name).where(Case.number == 5)).one() == SECRET
        assert session.scalars(select(Case.name).where(Case.number == 6)).one() is None
        assert session.scalars(select(Case.number).where(Case.name == SECRET)).one() == 5


def test_a_statement_refuses_a_plain_value_without_showing_it(web: Engine) -> None:
    with gated(web, HERE) as session:
        row = {"agency_id": HERE, "unit_id": NORTH, "number": 1, "name": "Amina"}
        for statement, rows in ((insert(Case), [row]), (select(Case).where(Case.name == "Amina"), None)):
            with pytest.raises(StatementError, match="takes Sealed only") as caught:
                session.execute(statement, rows)
            assert "Amina" not in str(caught.value)


def test_ciphertext_is_never_written_into_the_text_of_a_statement(web: Engine) -> None:
    with pytest.raises(CompileError, match=r"\[sealed\]"):
        select(Case).where(Case.name == SECRET).compile(web, compile_kwargs={"literal_binds": True})


def test_a_failed_statement_does_not_show_its_parameters(web: Engine) -> None:
    with gated(web, HERE) as session, pytest.raises(Exception, match="parameters hidden") as caught:
        session.execute(
            text("select cast(:name as integer), pg_sleep('x')"),
            {"name": 7},
            execution_options={"raw": "a failing statement"},
        )
    assert "7" not in str(caught.value).split("[SQL")[1].split("]")[1]
