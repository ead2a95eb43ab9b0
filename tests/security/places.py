"""Every place where something typed could be left behind: files, tables, answers of the server, what Python wrote."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, pool, text
from werkzeug.test import run_wsgi_app

from tests.pages import Page
from tests.security.canaries import Canaries

Leaks = list[str]


def in_files(canaries: Canaries, folders: Iterable[Path]) -> Leaks:
    """Leaks in any file below the folders, and in the names of files."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            held = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            found += [f"{path}: {leak}" for leak in canaries.leaks(str(path).encode() + held)]
    return found


def dump(url: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as a backup sees it."""
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        names = connection.execute(text("select tablename from pg_tables where schemaname = 'public'")).scalars()
        return {name: [dict(row) for row in _rows(connection, name)] for name in sorted(names)}


def _rows(connection: Any, table: str) -> Iterable[Mapping[str, Any]]:
    return connection.execute(text(f'select * from "{table}"')).mappings().all()


def in_tables(tables: Mapping[str, list[dict[str, Any]]], leaks: Callable[[bytes], Leaks]) -> Leaks:
    """Leaks in any value of any table: what the server compresses on disk is seen here."""
    return [
        f"{table}.{column}: {leak}"
        for table, rows in tables.items()
        for row in rows
        for column, value in row.items()
        for leak in leaks(bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode())
    ]


class Recorder:
    """Stands before an application and keeps what every answer says besides its page."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._inner = app.wsgi_app
        self.kept: list[tuple[str, bytes]] = []
        self.statuses: set[int] = set()
        app.wsgi_app = self

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        chunks, status, headers = run_wsgi_app(self._inner, environ)
        body = b"".join(chunks)
        code = int(status.split()[0])
        self.statuses.add(code)
        self._keep(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {code}", code, str(headers), body)
        for cookie in headers.getlist("Set-Cookie"):
            self._keep_cookie(cookie)
        start_response(status, list(headers))
        return [body]

    def _keep(self, where: str, code: int, headers: str, body: bytes) -> None:
        self.kept.append((f"{where} headers", headers.encode()))
        if b"<html" in body:
            page = Page(body.decode())
            addresses = [*page.links, *page.assets, *(form.action for form in page.forms)]
            self.kept.append((f"{where} title and addresses", " ".join([page.title, *addresses]).encode()))
        if code >= 400:
            self.kept.append((f"{where} page", body))

    def _keep_cookie(self, cookie: str) -> None:
        """What the signed cookie says: it is not secret, and may be compressed."""
        name, _, rest = cookie.partition("=")
        if name == self._app.config["SESSION_COOKIE_NAME"] and rest.split(";")[0]:
            serialiser = self._app.session_interface.get_signing_serializer(self._app)
            self.kept.append(("cookie of the pages", str(serialiser.loads(rest.split(";")[0])).encode()))

    def leaks(self, canaries: Canaries) -> Leaks:
        return [f"{where}: {leak}" for where, held in self.kept for leak in canaries.leaks(held)]


class Writes:
    """The files that Python itself opens for writing while it is watched, temporary ones too."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self._watching = False
        sys.addaudithook(self._hear)

    @contextmanager
    def watched(self) -> Iterator[None]:
        self._watching = True
        try:
            yield
        finally:
            self._watching = False

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._watching:
            return
        written = event == "open" and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR)
        if written or event in {"tempfile.mkstemp", "tempfile.mkdtemp", "sqlite3.connect"}:
            self.paths.append(str(arguments[0]))
