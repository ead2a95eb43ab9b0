"""Verbs about the instance itself: init, upgrade, serve, stop, db-roles."""

import argparse
import os
from pathlib import Path
from typing import Any, Final

from gunicorn.app.base import BaseApplication

from protect.app import DIRECTORY_KEY, create_app, found_instance, open_runtime, upgrade_instance
from protect.cli.terminal import Verb, say
from protect.config import SECRET_NAMES, load_settings, missing_secrets
from protect.i18n import gettext
from protect.store.database import EMBEDDED, open_database
from protect.store.embedded import made
from protect.store.roles import roles_sql

HOST: Final = "127.0.0.1"
PORT: Final = 8000


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn over the application of one instance: two processes of four threads."""

    def __init__(self, data: Path, bind: str, workers: int = 2) -> None:
        self._data = data
        self._bind = bind
        self._workers = workers
        super().__init__()

    def load_config(self) -> None:
        """Settings of gunicorn; it writes no access log, since addresses name cases."""
        settings: dict[str, Any] = {
            "bind": self._bind,
            "workers": self._workers,
            "threads": 4,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": 10,
            "umask": 0o077,
            "loglevel": "warning",
            "control_socket_disable": True,  # its commands would be one more way in
        }
        for name, value in settings.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, made anew in each process."""
        return create_app(self._data)


def serve(data: Path, bind: str, workers: int = 2) -> None:
    """Serve until interrupted; a fault of the instance is told before any process starts."""
    runtime, database = open_runtime(data)
    runtime.engine.dispose()
    try:
        Server(data, bind, workers).run()
    finally:
        database.stop()


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bind", default=f"{HOST}:{PORT}", help="address and port (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=min(4, os.cpu_count() or 2), help="processes")


def _serve(options: argparse.Namespace) -> int:
    serve(options.data, options.bind, options.workers)
    return 0


def _init(options: argparse.Namespace) -> int:
    """Make what is absent, and say of each part whether it was there."""
    there = _parts(options.data)
    key = found_instance(options.data)
    for name, found in _parts(options.data).items():
        if found:
            say(gettext("%(part)s: was there", part=name) if there[name] else gettext("%(part)s: made", part=name))
    say(gettext("The instance is ready in %(folder)s.", folder=options.data))
    if key.exists():
        say(
            gettext(
                "The directory root is in %(file)s. Move it to a medium that is kept off-line; it is needed to add an "
                "agency.",
                file=key,
            )
        )
    say(gettext("Look it over: %(command)s", command=f"protect doctor --data {options.data}"))
    return 0


def _parts(data: Path) -> dict[str, bool]:
    """What an instance consists of, and whether it is there."""
    settings = load_settings(data)
    lost = missing_secrets(settings)
    found = {gettext("secret %(name)s", name=name): name not in lost for name in SECRET_NAMES}
    if settings.database == EMBEDDED:
        found[gettext("database")] = data.is_dir() and made(data)
    return {**found, gettext("directory root"): (data / DIRECTORY_KEY).exists()}


def _upgrade(options: argparse.Namespace) -> int:
    upgrade_instance(options.data)
    say(gettext("The database fits this program."))
    return 0


def _stop(options: argparse.Namespace) -> int:
    settings = load_settings(options.data)
    open_database(settings.data, settings.database, settings.postgres_bin).stop()
    say(gettext("The private database server is stopped."))
    return 0


def _roles(_options: argparse.Namespace) -> int:
    say(roles_sql())
    return 0


def _nothing(_parser: argparse.ArgumentParser) -> None:
    return None


VERBS: Final = (
    Verb("init", "make a new instance: secrets, database, directory root", _nothing, _init),
    Verb("upgrade", "bring the database to the revision of this program", _nothing, _upgrade),
    Verb("serve", "serve the instance", _serve_arguments, _serve),
    Verb("stop", "stop the private database server", _nothing, _stop),
    Verb("db-roles", "print the SQL that makes the roles on an external server", _nothing, _roles),
)
