"""The secret of forms is renewed while somebody types: what is open can be sent for twelve hours, and no longer."""

import os
import time
from pathlib import Path

import pytest

from protect.access.runtime import Runtime
from protect.app import application
from protect.auth import login
from protect.config import FORMER_SECONDS, SecretsPlace
from protect.web.site import Fault
from tests.cli.test_rotation import Verb, opens
from tests.pages import OWN_SITE
from tests.world import World

REFUSED = Fault.LOST_FORM.status


def type_something(world: World) -> None:
    """Open a form, and take long over it."""
    world.auditor.client.get("/journal/explication")
    world.runtime.engine.dispose()


def sends(world: World, runtime: Runtime) -> int:
    """Send what was typed to a server that has started since; the status of its answer."""
    client, app = world.auditor.client, application(runtime)
    browser = app.test_client()
    for name in (login.COOKIE, app.config["SESSION_COOKIE_NAME"]):
        cookie = client.raw.get_cookie(name)
        assert cookie is not None
        browser.set_cookie(name, cookie.value)
    typed = {**client.kept("/journal/explication"), "why": "La sauvegarde de lundi a été remise en place."}
    return browser.post("/journal/explication", data=typed, headers=OWN_SITE).status_code


def test_a_form_that_is_open_is_sent_after_a_new_flask_secret_and_after_two_no_more(
    protect: Verb, folder: Path, started, world: World
) -> None:
    secrets = SecretsPlace(folder / "secrets")
    type_something(world)
    assert protect("rotate-secret", "flask")[0] == 0
    assert [path.name for path in secrets.versions("flask")] == ["flask.1", "flask"]
    runtime = started()
    assert opens(runtime, world.officer.token)
    assert sends(world, runtime) == 303
    runtime.engine.dispose()
    assert protect("rotate-secret", "flask")[0] == 0
    assert [path.name for path in secrets.versions("flask")] == ["flask.2", "flask.1"]
    runtime = started()
    assert sends(world, runtime) == REFUSED
    runtime.engine.dispose()


def test_a_former_flask_secret_counts_for_twelve_hours(
    protect: Verb, folder: Path, started, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_something(world)
    assert protect("rotate-secret", "flask")[0] == 0
    runtime = started()
    now = time.monotonic
    with monkeypatch.context() as later:
        application_made = application(runtime)
        later.setattr("protect.web.setup.time.monotonic", lambda: now() + FORMER_SECONDS + 1)
        application_made.test_client().get("/connexion")
        assert application_made.config["SECRET_KEY_FALLBACKS"] is None
        assert application_made.config["WTF_CSRF_SECRET_KEY"] == runtime.secrets.flask
    old = time.time() - FORMER_SECONDS - 60
    os.utime(folder / "secrets/flask.1", (old, old))
    again = started()
    assert again.secrets.versions("flask") == (again.secrets.flask,)
    assert sends(world, again) == REFUSED
    assert protect("rotate-secret", "flask", "--drop")[0] == 0
    assert [path.name for path in SecretsPlace(folder / "secrets").versions("flask")] == ["flask.1"]
