"""The real program, which also writes down what it answered: a scanner that sees nothing must not pass for one that finds nothing."""

import io
import re
from typing import Any
from uuid import uuid4

from flask import Flask, Response, request

from protect import app as composition
from protect.access.runtime import Runtime
from protect.cli import main

ANSWERED = "answered.log"
ONCE = re.compile(rb"(?<=once=)[0-9a-f-]{36}")

real = composition.application


def watched(runtime: Runtime) -> Flask:
    """The application, with a line for each answer: method, rule, status."""
    app, place = real(runtime), runtime.settings.data / ANSWERED

    @app.after_request
    def note(response: Response) -> Response:
        rule = request.url_rule.rule if request.url_rule else "-"
        with place.open("a", encoding="utf-8") as file:
            file.write(f"{request.method} {rule} {response.status_code}\n")
        return response

    app.wsgi_app = Reread(app.wsgi_app)  # type: ignore[method-assign]  # as Flask documents it
    return app


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


if __name__ == "__main__":
    composition.application = watched
    raise SystemExit(main())
