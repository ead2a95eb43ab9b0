"""A page with every fault that the scanners look for, behind a cookie: what they do not find here, they do not find elsewhere."""

import re
import secrets
import sqlite3
import sys
from pathlib import Path
from urllib.request import urlopen

from flask import Flask, Response, request

COOKIE, VALUE = "signed_in", "yes"
FORM = '<form method="post" action="{0}"><label>{1} <input name="{1}" value="a"></label><button>Ok</button></form>'
LINKS = "".join(f'<a href="{where}">{where}</a> ' for where in ("/find?name=a", "/hello?name=a", "/go?to=a", "/read?file=a", "/fetch?from=a", "/ping?host=a"))  # fmt: skip
COMMAND = re.compile(r"[;|&`$].*\benv\b", re.DOTALL)
FETCHED = "http://127.0.0.1"

app = Flask(__name__)
notes: list[str] = []
sent: dict[str, dict[str, list[dict[str, str]]]] = {}


def table() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table person (name text, place text)")
    connection.execute("insert into person values ('a', 'somewhere'), ('b', 'elsewhere')")
    return connection


def asked(name: str) -> str:
    return request.values.get(name, "")


@app.before_request
def sign_in() -> Response | None:
    """Whoever does not bring the cookie sees nothing of it."""
    if request.cookies.get(COOKIE) == VALUE or request.path.startswith(("/ssrf/", "/get_ssrf.php")):
        return None
    return Response("sign in", 403)


@app.get("/")
def home() -> Response:
    answer = Response(
        f"<html><body>{LINKS}{FORM.format('/note', 'text')}{FORM.format('/search', 'name')}</body></html>"
    )
    answer.set_cookie("mark", secrets.token_hex())
    return answer


@app.get("/find")
@app.post("/search")
def find() -> Response:
    """A name that becomes part of a statement."""
    try:
        found = table().execute(f"select place from person where name = '{asked('name')}'").fetchall()
    except sqlite3.Error as error:
        return Response(f"<p>sqlite3.OperationalError: {error}</p>", 500)
    return Response(f"<p>{len(found)} found: {found}</p>")


@app.get("/hello")
def hello() -> str:
    return f"<html><body><p>{asked('name')}</p></body></html>"


@app.post("/note")
def note() -> Response:
    notes.append(asked("text"))
    return Response("<a href='/notes'>notes</a>")


@app.get("/notes")
def all_notes() -> str:
    return f"<html><body>{''.join(notes)}</body></html>"


@app.get("/go")
def go() -> Response:
    return Response("", 302, {"Location": asked("to")})


@app.get("/read")
def read() -> Response:
    try:
        return Response(Path(asked("file")).read_text(encoding="utf-8"), mimetype="text/plain")
    except (OSError, ValueError):
        return Response("absent", 404)


@app.get("/fetch")
def fetch() -> str:
    """Asks what it is told to ask; of this machine only."""
    if asked("from").startswith(FETCHED):
        with urlopen(asked("from"), timeout=5) as answer:
            return str(answer.read())
    return "no"


@app.get("/ping")
def ping() -> str:
    """Answers as a shell would that is handed what was typed, without being one."""
    return "PATH=/usr/bin:/bin\nPWD=/\nSHELL=/bin/sh\n" if COMMAND.search(asked("host")) else "one packet"


@app.get("/find.bak")
def left_behind() -> Response:
    return Response("import sqlite3", mimetype="application/octet-stream")


@app.get("/ssrf/<session>/<path>/<parameter>/")
def told(session: str, path: str, parameter: str) -> str:
    """Where a server that asks for whatever it is told would come by: wapiti's own endpoint is elsewhere."""
    found = {"url": request.url, "date": "", "ip": "", "method": "GET"}
    sent.setdefault(session, {}).setdefault(path, {}).setdefault(parameter, []).append(found)  # type: ignore[arg-type]  # a dictionary of lists
    return "ok"


@app.get("/get_ssrf.php")
def come_by() -> dict[str, object]:
    return dict(sent.get(asked("session_id"), {}))


if __name__ == "__main__":
    app.run("127.0.0.1", int(sys.argv[1]), threaded=True)
