"""What the application believes of those in front of it, of the environment, and of the length of a passphrase."""

from dataclasses import replace

import pytest
from flask import Flask, request, request_started

from protect.access.runtime import Runtime
from protect.app import application
from protect.auth.forms import SignInForm

NEAR, FORWARDED = "192.0.2.9", "198.51.100.7, 203.0.113.5"


def seen(app: Flask) -> str:
    """Whose address a sign-in would be counted for."""
    found: list[str | None] = []
    with request_started.connected_to(lambda *_args, **_more: found.append(request.remote_addr), app):
        headers, near = {"X-Forwarded-For": FORWARDED}, {"REMOTE_ADDR": NEAR}
        app.test_client().get("/connexion", headers=headers, environ_base=near)
    return str(found[0])


@pytest.mark.parametrize(("trusted", "address"), [(0, NEAR), (1, "203.0.113.5"), (2, "198.51.100.7")])
def test_an_address_is_believed_of_trusted_proxies_only(runtime: Runtime, trusted: int, address: str) -> None:
    settings = runtime.settings.model_copy(update={"trusted_proxies": trusted})
    assert seen(application(replace(runtime, settings=settings))) == address


def test_there_is_no_debug_mode(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    app = application(runtime)
    assert (app.debug, app.testing, app.config["PROPAGATE_EXCEPTIONS"]) == (False, False, False)


@pytest.mark.parametrize(("length", "fine"), [(400, True), (401, False)])
def test_a_passphrase_may_be_400_characters_long(runtime: Runtime, length: int, fine: bool) -> None:
    typed = {"name": "agent", "passphrase": "a" * length, "code": "123456"}
    with application(runtime).test_request_context("/connexion", method="POST", data=typed):
        form = SignInForm()
        form.validate()
        assert ("passphrase" not in form.errors) is fine
