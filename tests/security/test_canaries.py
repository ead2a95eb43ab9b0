"""Nothing that was typed stands anywhere in the clear, and the search that says so finds what is planted."""

import base64
import logging
from pathlib import Path

import pytest
from flask import Flask, redirect, session
from sqlalchemy import create_engine, pool, text

from protect.cases.names import sound
from protect.store.embedded import EmbeddedServer
from protect.vocab import COMPARTMENTS, load
from tests.database import execute
from tests.security.canaries import Canaries
from tests.security.filling import TYPED
from tests.security.places import Recorder, Writes, dump, in_files, in_tables
from tests.security.telling import Told

EXPECTED = {200, 303, 400, 403, 404, 500}


def to_disk(server: EmbeddedServer) -> None:
    """Make the server write all its pages: to copy and to drop a database it has to."""
    execute(server, "create database t_checkpoint template template0 strategy file_copy", "drop database t_checkpoint")


def test_every_sealed_answer_got_a_canary(told: Told) -> None:
    fields = load().fields.values()
    texts = {field.name for field in fields if field.compartment in COMPARTMENTS and field.type in TYPED}
    answered = {what.split()[0] for what in told.canaries.told}
    assert texts - answered == set()
    assert len(told.canaries.codes) >= 25
    assert told.recorder is not None
    assert told.recorder.statuses >= EXPECTED


def test_nothing_is_in_the_files(told: Told, server: EmbeddedServer) -> None:
    """Heap, write-ahead log and log of the server, shred store and folder of the instance."""
    to_disk(server)
    assert in_files(told.canaries, [server.places.base, told.folder]) == []


def test_nothing_is_in_the_tables(told: Told) -> None:
    tables = dump(told.database.url("backup"))
    assert len(tables["case_compartment"]) >= 14
    assert in_tables(tables, told.canaries.leaks) == []
    assert in_tables(tables, told.canaries.coded_leaks) == []


def test_nothing_is_in_the_logs(told: Told) -> None:
    """Every logger at its most talkative, and whatever was printed."""
    said = told.log.getvalue()
    assert "sqlalchemy.engine.Engine" in said
    assert "fault" in said
    assert told.canaries.leaks(said.encode()) == []
    assert told.canaries.coded_leaks(said.encode()) == []


def test_nothing_is_in_addresses_titles_headers_cookies_or_error_pages(told: Told) -> None:
    assert told.recorder is not None
    assert len(told.recorder.kept) > 200
    assert told.recorder.leaks(told.canaries) == []


def test_the_program_wrote_no_file_but_the_shred_store(told: Told) -> None:
    assert {Path(path).name for path in told.writes.paths} == {"shred.sqlite"}


def test_no_session_token_is_kept(told: Told) -> None:
    tokens = Canaries("no marker")
    for person in told.world.people.values():
        tokens.keep(person.token)
    assert in_tables(dump(told.database.url("backup")), tokens.leaks) == []
    assert tokens.leaks(told.log.getvalue().encode()) == []


def test_the_sound_of_a_name_is_no_index(told: Told) -> None:
    sounds = Canaries("no marker")
    for what, word in told.canaries.told.items():
        if what.startswith(("surname", "given_name")):
            sounds.keep(sound(word))
    assert len(sounds.kept) >= 4
    assert in_tables(dump(told.database.url("backup")), sounds.leaks) == []


WRITTEN = {
    "as it is": lambda word: word.encode(),
    "in capitals": lambda word: word.upper().encode(),
    "in two bytes a letter": lambda word: word.encode("utf-16-le"),
    "in hexadecimal": lambda word: word.encode().hex().encode(),
    **{
        f"in base64 after {number}": lambda word, number=number: base64.b64encode(b"x" * number + word.encode() + b"y")
        for number in range(4)
    },
    "in base64, capitalised": lambda word: base64.urlsafe_b64encode(word.capitalize().encode()),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_a_planted_file_is_found(form: str, tmp_path: Path) -> None:
    planted = Canaries()
    (tmp_path / "left.tmp").write_bytes(b"before " + WRITTEN[form](planted.word("note")) + b" after")
    assert in_files(planted, [tmp_path]) != []
    assert in_files(Canaries(), [tmp_path]) == []


@pytest.mark.parametrize("kept", ["phone", "day"])
def test_a_planted_number_is_found(kept: str, tmp_path: Path) -> None:
    planted = Canaries()
    (tmp_path / "left.tmp").write_text(f"said {getattr(planted, kept)()}.")
    assert in_files(planted, [tmp_path]) != []


def test_a_planted_row_is_found_in_heap_log_and_table(told: Told, server: EmbeddedServer) -> None:
    planted = Canaries()
    owner = create_engine(told.database.url("owner"), poolclass=pool.NullPool)
    with owner.begin() as connection:
        renamed = text("update unit set province = :word where name = 'Annexe'")
        connection.execute(renamed, {"word": planted.word("note").capitalize()})
    try:
        to_disk(server)
        found = " ".join(in_files(planted, [server.places.base]))
        assert "/base/" in found
        assert "/pg_wal/" in found
        assert in_tables(dump(told.database.url("backup")), planted.leaks) == ["unit.province: note"]
    finally:
        with owner.begin() as connection:
            connection.execute(text("update unit set province = 'CD-NK' where name = 'Annexe'"))


def test_a_planted_answer_is_found() -> None:
    planted, app = Canaries(), Flask("planted")
    app.secret_key = b"planted"
    recorder = Recorder(app)
    word = planted.word("note")

    @app.get("/title")
    def title() -> str:
        return f"<html><title>{word}</title></html>"

    @app.get("/link")
    def link() -> str:
        return f'<html><a href="/dossiers?nom={word}">x</a></html>'

    @app.get("/on")
    def onward() -> object:
        return redirect(f"/{word}")

    @app.get("/cookie")
    def cookie() -> str:
        session["said"] = word * 20
        return "kept"

    @app.get("/error")
    def error() -> tuple[str, int]:
        return word, 500

    for page in ("title", "link", "on", "cookie", "error"):
        recorder.kept.clear()
        app.test_client().get(f"/{page}")
        assert recorder.leaks(planted) != [], page


def test_a_planted_log_line_and_temporary_file_are_found(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    planted, writes = Canaries(), Writes()
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("sqlalchemy.engine").warning("row %s", planted.word("note"))
    assert planted.leaks(caplog.text.encode()) == ["note"]
    with writes.watched():
        (tmp_path / "left.tmp").write_text("x")
        (tmp_path / "left.tmp").read_text()
    (tmp_path / "after.tmp").write_text("x")
    assert [Path(path).name for path in writes.paths] == ["left.tmp"]
