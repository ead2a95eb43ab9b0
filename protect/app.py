"""The composition root: settings and secrets to database, trail, gates and pages."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from flask import Flask, g
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from protect.access import rotation
from protect.access.checkup import has_members
from protect.access.closer import Closer
from protect.access.founding import new_root
from protect.access.gate import Gate
from protect.access.log_renewal import take_over_log
from protect.access.policy import policy
from protect.access.publishing import allows
from protect.access.renewal import KEPT, take_over
from protect.access.runtime import Runtime
from protect.access.session_keys import QUICK
from protect.access.stepup import touches_quick
from protect.access.trail_log import log_signer, proven_origin
from protect.access.trail_pins import contradicted
from protect.audit.sealer import Sealer
from protect.auth import login
from protect.auth.actions import sign_out
from protect.auth.actions_factor_secrets import reseal_factors
from protect.auth.stops import waiting as stops_waiting
from protect.auth.views import pages as auth_pages
from protect.cases.actions import on_saved
from protect.cases.actions_erasure import beside
from protect.cases.actions_handover import CASES
from protect.cases.actions_rotation import PARTS as CASE_PARTS
from protect.cases.actions_rotation import rename_imports
from protect.cases.approvals_waiting import waiting as approvals_waiting
from protect.cases.beside import followed
from protect.cases.emergency_waiting import waiting as emergencies_waiting
from protect.cases.unfollowed import waiting as unfollowed_waiting
from protect.cases.views import pages as cases_pages
from protect.cases.views_approvals import pages as approvals_pages
from protect.cases.views_closing import pages as closing_pages
from protect.cases.views_emergency import pages as emergency_pages
from protect.cases.views_export import pages as export_pages
from protect.config import (
    load_settings,
    make_secrets,
    open_secrets,
    secrets_place,
)
from protect.directory.actions_handover import belongings
from protect.directory.labels import key_names, things
from protect.directory.views import pages as directory_pages
from protect.directory.views_people import pages as members_pages
from protect.directory.waiting import waiting as recovery_waiting
from protect.i18n import language, lazy
from protect.oversight.views import pages as oversight_pages
from protect.oversight.views_access import pages as access_pages
from protect.oversight.views_witness import pages as witness_pages
from protect.process import forbid_core_dumps
from protect.referrals.actions_erasure import REFERRALS as REFERRALS_OF_CASE
from protect.referrals.actions_handover import REFERRALS
from protect.referrals.actions_rotation import PARTS as REFERRAL_PARTS
from protect.referrals.views import pages as referrals_pages
from protect.referrals.waiting import of_case
from protect.referrals.waiting import waiting as referrals_waiting
from protect.statistics.actions import feed
from protect.statistics.views import pages as statistics_pages
from protect.store import migrate
from protect.store.base import Base
from protect.store.database import Database, open_database
from protect.store.drift import require_no_drift
from protect.store.engine import engine
from protect.store.errors import DatabaseGone, DiskFull
from protect.store.shred import ShredStore
from protect.vault.errors import CiphertextRejected
from protect.web.pages import PageRule
from protect.web.setup import install_web, new_flask
from protect.web.site import Fault, NavItem, Opened, Site, log_fault

SLICES: Final = (
    auth_pages, cases_pages, emergency_pages, approvals_pages, closing_pages, export_pages, directory_pages,
    members_pages, referrals_pages, statistics_pages, oversight_pages, witness_pages, access_pages,
)  # fmt: skip
DIRECTORY_KEY: Final = "offline/directory-root.key"
FAULTS: Final = {
    CiphertextRejected: Fault.UNREADABLE,
    DatabaseGone: Fault.DATABASE_GONE,
    DiskFull: Fault.DISK_FULL,
}
MENU: Final = (
    ("session:keep", NavItem("auth.home", lazy("Home"))),
    ("case:list", NavItem("cases.list_cases", lazy("Cases"))),
    ("case:create", NavItem("cases.start", lazy("New person"))),
    ("case:search", NavItem("cases.search", lazy("Search"))),
    ("referral:follow", NavItem("referrals.mine", lazy("Referrals"))),
    ("inbox:read", NavItem("referrals.inbox", lazy("Requests"))),
    ("place:manage", NavItem("directory.places", lazy("My places"))),
    ("directory:read", NavItem("directory.services", lazy("Services"))),
    ("release:read", NavItem("statistics.releases", lazy("Figures"))),
    ("release:propose", NavItem("statistics.workbench", lazy("Workbench"))),
    ("release:decide", NavItem("statistics.proposals", lazy("To review"))),
    ("member:read", NavItem("members.members", lazy("Members"))),
    ("member:read", NavItem("members.keys", lazy("Keys"))),
    ("access:explain", NavItem("access.roles", lazy("Access"))),
    ("emergency:review", NavItem("emergency.openings", lazy("Emergency openings"))),
    ("access:explain", NavItem("approvals.listed", lazy("Decisions of two people"))),
    ("trail:read", NavItem("oversight.journal", lazy("Trail"))),
)


def open_runtime(data: Path) -> tuple[Runtime, Database]:
    """The instance in folder `data`, checked: secrets, revision and row-level security, or it does not start.

    Raises ConfigurationRefused or a StoreError that says what to do.
    """
    settings = load_settings(data)
    secrets = open_secrets(settings)
    database = open_database(settings.data, settings.database, settings.postgres_bin)
    web = engine(database.url("web"))
    try:
        migrate.require_current(web)
        require_no_drift(web, Base.metadata)
        runtime = Runtime(settings, secrets, web, ShredStore(settings.data / "shred.sqlite"))
        with runtime.unit_of_work() as db:
            runtime = replace(runtime, log_origin=proven_origin(db, secrets))
        if reseal_factors not in KEPT["totp"]:
            KEPT["totp"].append(reseal_factors)
        take_over(runtime)
        take_over_log(runtime, database.url("backup"))
    except BaseException:
        web.dispose()
        raise
    return runtime, database


def found_instance(data: Path, *, demonstration: bool = False) -> Path:
    """Make what is absent of an instance: folder, settings, secrets, database, directory root; the path of the last.

    Where people are there already nothing is made up: a new secret would lock them out (SecretMissing), and their
    directory root is meant to be elsewhere.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    config = data / "config.toml"
    if demonstration and not config.exists():
        config.write_text("demonstration = true\n", encoding="utf-8")
    settings = load_settings(data)
    database = open_database(settings.data, settings.database, settings.postgres_bin)
    peopled = _is_peopled(database)
    if peopled:
        open_secrets(settings)
    elif secrets_place(settings).writable:
        make_secrets(settings.secrets_folder, demonstration=settings.demonstration)
    migrate.upgrade(database)
    key = data / DIRECTORY_KEY
    key.parent.mkdir(mode=0o700, exist_ok=True)
    if not key.exists() and not peopled:
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as file:
            file.write(new_root().private)
    return key


def _is_peopled(database: Database) -> bool:
    web = engine(database.url("web"))
    try:
        return has_members(web)
    finally:
        web.dispose()


def upgrade_instance(data: Path) -> None:
    """Bring the database of an instance to the revision of this program."""
    settings = load_settings(data)
    migrate.upgrade(open_database(settings.data, settings.database, settings.postgres_bin))


def create_app(data: str | Path) -> Flask:
    """The application of the instance in folder `data`, sealer and closer running, in a process that leaves no core."""
    forbid_core_dumps()
    runtime, _database = open_runtime(Path(data))
    app = application(runtime)
    sealer = Sealer(runtime.unit_of_work, runtime.secrets.session, log_signer(runtime))
    sealer.start()
    app.extensions["protect.sealer"] = sealer
    closer = Closer(runtime)
    closer.start()
    app.extensions["protect.closer"] = closer
    return app


def application(runtime: Runtime) -> Flask:
    """The application over an open runtime."""
    connect_slices()
    settings = runtime.settings
    site = Site(
        product_name=settings.product_name,
        exit_url=settings.exit_url,
        demonstration=settings.demonstration,
        who=_who,
        navigation=_navigation,
        opened=_opened,
        seconds_left=_seconds_left,
        waiting=_waiting,
        end_session=_end_session,
        phone_prefix=settings.phone_prefix,
        timezone=settings.timezone,
        on_lost_form=login.keep_lost_form,
        on_fault=_on_fault,
        faults=FAULTS,
    )
    app = new_flask(site, runtime.secrets.flask, runtime.secrets.earlier.get("flask", ()))
    install_web(app, site, SLICES)
    login.install_login(app, runtime)
    app.jinja_env.globals.update(
        role_name=_role_name, trail_contradicted=_trail_contradicted, things=things, key_names=key_names
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # as Flask documents it
    return app


def connect_slices() -> None:
    """Let what happens in one slice be known to another that it may not import."""
    if feed not in on_saved:
        on_saved.append(feed)
    if of_case not in followed:
        followed.append(of_case)
    if REFERRALS_OF_CASE not in beside:
        beside.append(REFERRALS_OF_CASE)
    for kind in (CASES, REFERRALS):
        if kind not in belongings:
            belongings.append(kind)
    for part in (*CASE_PARTS, *REFERRAL_PARTS):
        if part not in rotation.parts:
            rotation.parts.append(part)
    rotation.on_begin[rotation.IDENTITY] = rename_imports


def _who() -> str:
    return str(current_user.actor.display_name) if current_user.is_authenticated else ""


def _opened() -> Opened | None:
    actor = current_user.actor if current_user.is_authenticated else None
    if actor is None or not QUICK.intersection(policy().readable(actor.role)):
        return None
    left = actor.open_until - login.runtime_of_app().clock() if actor.open_until else timedelta()
    until = actor.open_until if left > timedelta() else None
    return Opened(until, int(left.total_seconds()), touches_quick(g.gate))


def _seconds_left() -> int:
    actor = current_user.actor if current_user.is_authenticated else None
    ends_at = actor.ends_at if actor else None
    return max(1, int((ends_at - login.runtime_of_app().clock()).total_seconds())) if ends_at else 0


def _navigation() -> Sequence[NavItem]:
    gate: Gate = g.gate
    return [item for permission, item in MENU if allows(gate, permission)]


def _waiting(gate: Any) -> Sequence[NavItem]:
    return (
        *referrals_waiting(gate), *unfollowed_waiting(gate), *stops_waiting(gate), *emergencies_waiting(gate),
        *approvals_waiting(gate),
        *recovery_waiting(gate),
    )  # fmt: skip


def _end_session() -> None:
    with Gate(login.runtime_of_app(), g.gate.actor) as gate:
        sign_out(gate)


def _on_fault(error: BaseException, reference: str) -> None:
    """Log kind and place; what was sealed and did not open also goes to the trail, with its reason for auditors."""
    log_fault(error, reference)
    if isinstance(error, CiphertextRejected):
        page: PageRule | None = g.get("page")
        g.gate.record_rejected(page.endpoint if page else "request", f"{reference} {error.reason}")


def _trail_contradicted() -> bool:
    return contradicted(g.gate)


def _role_name(role: str) -> str:
    return policy().role_name(role, language())
