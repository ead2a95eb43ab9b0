"""Our own static files: named by their content so that a browser keeps them, compressed once."""

import gzip
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import Flask, Response, abort, request, url_for

FOLDER: Final = Path(__file__).parent.parent / "static"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
DIGITS: Final = 12


@lru_cache
def content(name: str) -> bytes:
    """Bytes of a static file. KeyError for a name that is not one of ours."""
    if name not in _names():
        raise KeyError(name)
    return (FOLDER / name).read_bytes()


@lru_cache
def compressed(name: str) -> bytes:
    """The same, as gzip. These files hold no secret, so compressing them tells nothing."""
    return gzip.compress(content(name), 9, mtime=0)


def asset(name: str) -> str:
    """Address of a static file that changes with its content."""
    return url_for("static", filename=name, v=sha256(content(name)).hexdigest()[:DIGITS])


def install_assets(app: Flask) -> None:
    """Serve the static files at /static and give templates `asset(name)`."""
    app.add_url_rule("/static/<path:filename>", "static", _serve)
    app.jinja_env.globals["asset"] = asset


@lru_cache
def _names() -> frozenset[str]:
    return frozenset(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.suffix in TYPES)


def _serve(filename: str) -> Response:
    try:
        body = content(filename)
    except KeyError:
        abort(404)
    response = Response(body, content_type=TYPES[Path(filename).suffix])
    response.headers["Vary"] = "Accept-Encoding"
    if request.accept_encodings["gzip"]:
        response.set_data(compressed(filename))
        response.headers["Content-Encoding"] = "gzip"
    return response
