"""The application object, which logs of a fault its kind and its place; Flask's own would log its message too."""

import logging
from collections.abc import Iterable
from types import TracebackType
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, g
from werkzeug.wrappers import Response

from protect.web.errors import LAST_RESORT, new_reference
from protect.web.headers import ALWAYS, NO_STORE
from protect.web.site import current_site, log_fault, place_of


class QuietFlask(Flask):
    """Flask, but no message of an exception reaches the log or the server: what was typed may be quoted in it."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        # Not for tests, a debugger, or a FLASK_DEBUG that somebody left in the environment.
        self.config.update(PROPAGATE_EXCEPTIONS=False, DEBUG=False)
        self.logger.addFilter(_only_the_place)

    def log_exception(self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]) -> None:
        """Report what was raised outside of a view, under the reference that the page of the error shows."""
        g.reference = new_reference()
        if exc_info[1] is not None:
            current_site().on_fault(exc_info[1], g.reference)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; what breaks after the answer was made, such as a teardown, stays in this room too."""
        begun: list[Any] = []
        try:
            body = self.wsgi_app(environ, lambda *answer: begun.append(answer))  # type: ignore[arg-type]  # nothing here writes by the callable that a server gives back
        except Exception as error:  # noqa: BLE001 the server would log its message
            log_fault(error, new_reference())
            headers = {**ALWAYS, "Cache-Control": NO_STORE}
            return Response(LAST_RESORT, 500, headers, mimetype="text/plain")(environ, start_response)
        start_response(*begun[-1])
        return body


def _only_the_place(record: logging.LogRecord) -> bool:
    """Replace the traceback of a record, with the message at its end, by kind and place."""
    if record.exc_info and record.exc_info[1] is not None:
        record.msg, record.args = f"{record.getMessage()}: {place_of(record.exc_info[1])}", ()
        record.exc_info = record.exc_text = None
    return True
