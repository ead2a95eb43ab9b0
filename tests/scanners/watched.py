"""The real program, which also writes down what it answered: a scanner that sees nothing must not pass for one that finds nothing.

It has pages more, in this copy only: those that a scanner is led to at the end of a long way, and two with planted faults.
"""

import io
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask, Response, redirect, request
from flask_wtf.csrf import generate_csrf
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from protect import app as composition
from protect.access import gate as gates
from protect.access import session_keys, sessions
from protect.access.runtime import Runtime
from protect.cli import main
from protect.web.forms import BaseForm
from protect.web.pages import PUBLIC, SEE_OTHER, SIGNED_IN, Gate, Pages

ANSWERED = "answered.log"
KEPT = "kept"  # folder of pages at the end of a long way
ONCE = re.compile(rb"(?<=once=)[0-9a-f-]{36}")
NOTES = "notes.txt"
WIDE, OFTEN = timedelta(hours=6), 1_000_000
FORM = (
    '<form method="post" action="{action}"><input type="hidden" name="csrf_token" value="{token}">'
    '<input type="hidden" name="once" value="{once}"><label>{name} <input name="{name}" value="officer"></label>'
    "<button>Ok</button></form>"
)

real = composition.application


def watched(runtime: Runtime) -> Flask:
    """The application, with a line for each answer: method, rule, status and where it sends people."""
    app, place = real(runtime), runtime.settings.data / ANSWERED
    for pages in (kept(runtime.settings.data / KEPT), planted(runtime.settings.data / NOTES)):
        pages.register(app)

    @app.after_request
    def note(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else ""
        line = json.dumps([request.method, rule, response.status_code, response.location or ""])
        with place.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
        return response

    app.wsgi_app = Reread(app.wsgi_app)  # type: ignore[method-assign]  # as Flask documents it
    return app


def kept(folder: Path) -> Pages:
    """Pages that somebody came to, shown again, so that a scanner finds their forms."""
    pages = Pages("kept", __name__)

    @pages.get("/garde/<int:number>", needs=PUBLIC)
    def shown(_gate: Gate, number: int) -> str:
        return (folder / f"{number}.html").read_text(encoding="utf-8")

    return pages


def planted(notes: Path) -> Pages:
    """Two faults behind a real session, a real token and a form that is taken once: typed text in a statement and in a page."""
    pages = Pages("planted", __name__)

    @pages.get("/plante", needs="case:search")
    def weak(_gate: Gate) -> str:
        return _page('<a href="/plante/nom?name=officer">?</a> <a href="/plante/notes">notes</a>')

    @pages.get("/plante/nom", needs="case:search")
    def by_address(gate: Gate) -> str:
        return _page(_found(gate, request.args.get("name", "")))

    @pages.post("/plante/nom", needs="case:search")
    def by_form(gate: Gate) -> str | Any:
        if done := gate.once(BaseForm().once_id):
            return redirect(done, SEE_OTHER)
        gate.done(BaseForm().once_id, "/plante")
        return _page(_found(gate, request.form.get("name", "")))

    @pages.post("/plante/notes", needs=SIGNED_IN)
    def keep(gate: Gate) -> Any:
        if not gate.once(BaseForm().once_id):
            gate.done(BaseForm().once_id, "/plante/notes")
            with notes.open("a", encoding="utf-8") as file:
                file.write(request.form.get("note", ""))
        return redirect("/plante/notes", SEE_OTHER)

    @pages.get("/plante/notes", needs=SIGNED_IN)
    def every_note(_gate: Gate) -> str:
        return f"<html><body>{notes.read_text(encoding='utf-8') if notes.exists() else ''}</body></html>"

    return pages


def _page(content: str) -> str:
    """A page with both forms, each as the program makes them."""
    forms = (("/plante/nom", "name"), ("/plante/notes", "note"))
    drawn = [FORM.format(action=to, token=generate_csrf(), once=uuid4(), name=name) for to, name in forms]
    return f"<html><body>{content}{''.join(drawn)}</body></html>"


def _found(gate: Gate, name: str) -> str:
    """How many have that name, as the program's own role sees it; of a statement that fails, nothing.

    The program refuses a bare statement that gives no reason, so even a fault must give one.
    """
    statement = f"select id from member where sign_in_name = '{name}'".replace(":", "\\:")  # no names of values
    try:
        with gate.db.begin_nested():
            found = gate.db.execute(text(statement), execution_options={"raw": "a fault is planted"}).all()
    except DBAPIError:
        return "<p>0</p>"
    return f"<p>{len(found)}</p>"


class Reread:
    """Each form as if its page had been read anew: a scanner sends one a hundred times, and the program takes it once.

    Each of sqlmap's comes from another address, so that it gets further than "too many attempts".
    """

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ.get("HTTP_USER_AGENT", "").startswith("sqlmap"):
            environ["REMOTE_ADDR"] = f"sqlmap {uuid4()}"
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length and environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
            fresh = str(uuid4()).encode()
            environ["wsgi.input"] = io.BytesIO(ONCE.sub(fresh, environ["wsgi.input"].read(length)))
        return self._inner(environ, start_response)


def wait_for_scanners() -> None:
    """A scanner cannot prove a second factor every ten minutes, and types wrong codes by the hundred."""
    session_keys.OPEN_FOR, gates.OPEN_FOR = WIDE, timedelta()  # type: ignore[misc]  # final in the program
    sessions.TRIES = OFTEN  # type: ignore[misc]  # final in the program


if __name__ == "__main__":
    wait_for_scanners()
    composition.application = watched
    raise SystemExit(main())
