"""The secret of second factors is renewed: what people have on their telephones and on paper goes on as before."""

from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, select, update

from protect.auth.actions import Proof
from protect.auth.actions_factors import FactorRefused
from protect.auth.models import Factor
from protect.config import SecretsPlace
from protect.store.sealed import Sealed
from tests.auth.authenticator import Authenticator
from tests.auth.test_passkeys import answer, proves, register
from tests.cli.test_rotation import Verb, opens, sign_in
from tests.world import World


def test_a_new_secret_of_factors_is_noticed_by_nobody(protect: Verb, folder: Path, started, world: World) -> None:
    """Generator, recovery code, and a passkey that knows its owner by the former secret; one session goes on, too."""
    device = Authenticator()
    register(world.officer, device)
    token, old = world.officer.token, rows_of_factors(world)
    touched = next(row for row in old if row.kind == "recovery")
    owner = create_engine(world.runtime.engine.url.set(username="protect_owner"), poolclass=NullPool)
    with owner.begin() as db:
        db.execute(update(Factor).where(Factor.id == touched.id).values(secret=Sealed(touched.secret.blob[::-1])))
    world.runtime.engine.dispose()
    assert protect("rotate-secret", "totp")[0] == 0
    assert [path.name for path in SecretsPlace(folder / "secrets").versions("totp")] == ["totp.1"]
    runtime = started()
    try:
        assert opens(runtime, token)
        world.officer.token = sign_in(runtime, world, "officer")
        assert proves(world.officer, answer(world, device), runtime) == "passkey"
        assert proves(world.supervisor, Proof(world.supervisor.recovery[0]), runtime) == "recovery"
        with pytest.raises(FactorRefused):
            register(world.officer, device, runtime=runtime)  # it is known already, by its new handle
    finally:
        runtime.engine.dispose()
    new = {row.id: row for row in rows_of_factors(world)}
    changed = [row.id for row in old if row.id in new and new[row.id].secret.blob != row.secret.blob]
    assert len(changed) == len(new)
    assert new[touched.id].secret.blob == touched.secret.blob[::-1], "what was touched is left as it is"


def rows_of_factors(world: World) -> list[Factor]:
    with world.runtime.unit_of_work() as db:
        found = list(db.scalars(select(Factor)))
        db.expunge_all()
    return found
