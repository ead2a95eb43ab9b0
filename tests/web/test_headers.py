"""Headers and static files."""

import gzip
from hashlib import sha256

import pytest

from protect.web.assets import FOLDER, TYPES, asset
from tests.web.demo import make_app


@pytest.mark.parametrize("path", ["/", "/nulle-part", "/dossiers", "/panne/bogue", "/static/absent.css"])
def test_every_answer_has_the_headers(visitor, path):
    headers = visitor.raw.get(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_strict_transport_and_a_host_cookie_with_https():
    answer = make_app(https=True).test_client().get("/", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-page=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}


def test_no_strict_transport_without_https(visitor):
    assert "Strict-Transport-Security" not in visitor.raw.get("/").headers


def test_a_static_file_is_kept_by_its_content(visitor):
    with visitor.raw.application.test_request_context():
        address = asset("protect.css")
    answer = visitor.raw.get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.data == (FOLDER / "protect.css").read_bytes()


def test_a_static_file_without_its_version_is_not_kept(visitor):
    assert visitor.raw.get("/static/protect.css").headers["Cache-Control"] == "no-store"


def test_static_files_travel_compressed_when_the_browser_can(visitor):
    answer = visitor.raw.get("/static/protect.css", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(answer.data) == (FOLDER / "protect.css").read_bytes()
    assert len(answer.data) < 16_000


@pytest.mark.parametrize("name", ["../app.py", "MANIFEST.sha256", "%2e%2e/config.py", ""])
def test_nothing_else_is_served(visitor, name):
    assert visitor.raw.get(f"/static/{name}").status_code == 404


def test_the_built_files_are_the_ones_of_the_manifest():
    lines = (FOLDER / "MANIFEST.sha256").read_text().splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    built = {path.name for path in FOLDER.iterdir() if path.suffix in TYPES}
    assert built <= set(listed)
    for name, digest in listed.items():
        assert sha256((FOLDER / name).read_bytes()).hexdigest() == digest, f"{name}: run frontend/build.sh"


def test_the_style_has_no_font_crest_or_foreign_address():
    style = (FOLDER / "protect.css").read_text()
    for word in ("@font-face", "GDS Transport", "crown", "url(", "@import"):
        assert word not in style.split("*/", 1)[1], word
