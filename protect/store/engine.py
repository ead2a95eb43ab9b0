"""Engines and session factories; no address, parameter or row reaches a log through them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, make_url
from sqlalchemy.orm import sessionmaker

from protect.store.errors import translate_errors
from protect.store.roles import NAMES, Role
from protect.store.scope import GatedSession

__all__ = ["Engine", "engine", "sessions", "with_role"]


def engine(url: str | URL, *, role: Role = "web", pool_size: int = 5) -> Engine:
    """Give an engine that checks a connection before use, so that a restarted server is no error."""
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=pool_size,
        connect_args={"application_name": f"{NAMES[role]}"},
    )


@contextmanager
def reading(url: str | URL) -> Iterator[Connection]:
    """Lend one connection of a role that only reads, and close it."""
    bound = create_engine(url, hide_parameters=True, poolclass=NullPool)
    with translate_errors(), bound.connect() as connection:
        yield connection


def sessions(bound: Engine) -> sessionmaker[GatedSession]:
    """Give the factory of gated sessions on an engine; the gate fills their ``info``."""
    return sessionmaker(bound, class_=GatedSession, expire_on_commit=False)


def with_role(url: str, role: Role) -> URL:
    """Address of another role on the same server; its secret comes from a password file or a certificate."""
    parsed = make_url(url)
    # URL.set(password=None) would leave the web role's password in place.
    return parsed if role == "web" else parsed._replace(username=NAMES[role], password=None)
