"""What is raised outside of a view is reported like the rest: kind, place, reference, never the message."""

import logging

import pytest
from flask import Flask

from protect.web.headers import ALWAYS
from tests.pages import Page
from tests.web.demo import DatabaseWentAway, make_app

CANARY = "Kasongo-0812345678"


def explode(*_arguments: object) -> None:
    raise DatabaseWentAway(f"the name {CANARY}")


def hooked(place: str) -> Flask:
    app = make_app(navigation=lambda: ())
    getattr(app, place)(explode)
    return app


@pytest.fixture
def log(caplog) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def said(log: pytest.LogCaptureFixture) -> str:
    """All that any handler could write, tracebacks too."""
    return "\n".join(logging.Formatter().format(record) for record in log.records)


@pytest.mark.parametrize("place", ["before_request", "after_request", "teardown_request", "teardown_appcontext"])
def test_no_message_reaches_the_log_or_the_answer(place, log, capfd):
    answer = hooked(place).test_client().get("/")
    assert answer.status_code >= 500
    assert "DatabaseWentAway at " in said(log)
    assert "test_quiet.py:" in said(log)
    assert CANARY not in said(log) + answer.text + "".join(capfd.readouterr())


def test_the_page_after_a_broken_answer_shows_the_reference_of_the_log(log):
    answer = hooked("after_request").test_client().get("/")
    [reference] = [record.args[0] for record in log.records if record.msg.startswith("fault")]
    assert answer.status_code == 503
    assert reference in Page(answer.text).text


def test_an_error_while_answering_an_error_is_told_without_its_message(log):
    """Flask writes a line of its own there, with a traceback."""
    hooked("after_request").test_client().get("/")
    [line] = [record.getMessage() for record in log.records if record.name == "protect"]
    assert line.startswith("Request finalizing failed")
    assert "DatabaseWentAway at " in line


def test_after_a_broken_teardown_a_plain_sentence_with_the_headers_remains(log):
    answer = hooked("teardown_request").test_client().get("/", headers={"Cookie": "page=x"})
    assert (answer.status_code, answer.text.split(".")[0]) == (500, "Une erreur est survenue")
    assert answer.headers["Content-Security-Policy"] == ALWAYS["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("setting", ["testing", "debug"])
def test_neither_testing_nor_a_debugger_lets_the_message_out(setting, log):
    app = hooked("after_request")
    setattr(app, setting, True)
    assert app.test_client().get("/").status_code == 503
    assert CANARY not in said(log)


def test_a_line_without_an_exception_stays_as_it_is(log):
    app = make_app()
    app.logger.warning("%s places", 3)
    assert log.records[-1].getMessage() == "3 places"


def test_plain_flask_would_have_told(log):
    app = Flask("plain")
    app.after_request(explode)
    app.test_client().get("/")
    assert CANARY in said(log)
