"""Settings and secrets: what is wrong is said, and nothing starts on a guess."""

import os
import re
from pathlib import Path

import pytest

from protect.config import (
    SECRET_NAMES,
    SecretInvented,
    SecretMissing,
    SecretReadable,
    SecretsPlace,
    SecretWithheld,
    Settings,
    SettingUnknown,
    add_version,
    drop_versions,
    load_secrets,
    load_settings,
    make_secrets,
    open_secrets,
    read_secret,
    secrets_place,
)


def test_without_a_file_everything_has_a_safe_default(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert (settings.database, settings.idle_minutes, settings.threshold) == ("embedded", 15, 10)
    assert not settings.demonstration


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("idle_minute = 5", "idle_minute"),
        ("idle_minutes = 500", "idle_minutes"),
        ("country = 'Congo'", "country"),
        ("exit_url = 'http://plain.example'", "exit_url"),
        ("this is not toml", "not valid TOML"),
    ],
)
def test_an_unknown_or_impossible_setting_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(SettingUnknown, match=said):
        load_settings(tmp_path)


def test_secrets_are_made_once_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    first = load_secrets(tmp_path)
    make_secrets(tmp_path)
    assert load_secrets(tmp_path) == first
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in SECRET_NAMES} == {0o400}
    assert len({first.pepper, first.session, first.flask}) == 3
    assert first.pepper.hex() not in repr(first)


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_a_missing_secret_is_not_made_up(tmp_path: Path, name: str) -> None:
    make_secrets(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(SecretMissing, match=name):
        load_secrets(tmp_path)
    assert not (tmp_path / name).exists()


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    (tmp_path / "pepper").chmod(0o600)
    (tmp_path / "pepper").write_bytes(b"short")
    (tmp_path / "pepper").chmod(0o400)
    with pytest.raises(SecretMissing, match="5 bytes"):
        load_secrets(tmp_path)


def test_a_secret_that_others_can_read_is_refused(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    (tmp_path / "session").chmod(0o444)
    with pytest.raises(SecretReadable, match="chmod 0400"):
        load_secrets(tmp_path)


def test_the_example_file_names_every_setting(tmp_path: Path) -> None:
    example = Path(__file__).parent.parent / "config.example.toml"
    text = re.sub(r"^# (?=[a-z_]+ = )", "", example.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    assert load_settings(tmp_path).model_fields_set == set(Settings.model_fields)


def test_the_newest_version_is_in_use_and_the_others_are_kept_in_order(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    place = SecretsPlace(tmp_path)
    first = load_secrets(tmp_path).pepper
    second_path = add_version(place, "pepper")
    third_path = add_version(place, "pepper")
    assert [path.name for path in place.versions("pepper")] == ["pepper.2", "pepper.1", "pepper"]
    secrets = load_secrets(tmp_path)
    assert secrets.versions("pepper") == (third_path.read_bytes(), second_path.read_bytes(), first)
    assert secrets.versions("session") == (secrets.session,)
    (tmp_path / "pepper").unlink()
    assert load_secrets(tmp_path).versions("pepper") == secrets.versions("pepper")[:2]
    assert add_version(place, "pepper").name == "pepper.3"
    assert drop_versions(place, "pepper") == 2
    assert [path.name for path in place.versions("pepper")] == ["pepper.3"]


def test_a_former_version_is_held_to_the_same_rules(tmp_path: Path) -> None:
    make_secrets(tmp_path)
    add_version(SecretsPlace(tmp_path), "pepper")
    (tmp_path / "pepper").chmod(0o440)
    with pytest.raises(SecretReadable):
        load_secrets(tmp_path)


@pytest.mark.parametrize("name", ["pepper.old", "pepper~", ".pepper.1.new", "pepper.01", "pepper.1.bak", "peppers"])
def test_a_file_that_only_resembles_a_version_is_none(tmp_path: Path, name: str) -> None:
    make_secrets(tmp_path)
    (tmp_path / name).write_bytes(bytes(32))
    assert [path.name for path in SecretsPlace(tmp_path).versions("pepper")] == ["pepper"]


def handed_over(folder: Path, mode: int) -> None:
    """Credentials as systemd lays them out; with an access list the mode shows rights of the group."""
    make_secrets(folder)
    for name in SECRET_NAMES:
        (folder / name).rename(folder / f"protect_{name}")
        (folder / f"protect_{name}").chmod(mode)


@pytest.mark.parametrize("mode", [0o400, 0o440])
def test_credentials_of_systemd_go_before_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    credentials = tmp_path / "credentials"
    handed_over(credentials, mode)
    make_secrets(tmp_path / "secrets")
    settings = Settings(data=tmp_path)
    assert open_secrets(settings).pepper == (tmp_path / "secrets/pepper").read_bytes()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    assert open_secrets(settings).pepper == (credentials / "protect_pepper").read_bytes()
    assert not secrets_place(settings).writable
    (credentials / "protect_flask").unlink()
    with pytest.raises(SecretMissing, match="protect_flask"):
        open_secrets(settings)


@pytest.mark.parametrize("mode", [0o444, 0o460, 0o404])
def test_credentials_that_others_can_read_or_a_group_can_change_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    handed_over(tmp_path, mode)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(SecretReadable):
        open_secrets(Settings(data=tmp_path))


def test_credentials_of_something_else_are_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_secrets(tmp_path / "secrets")
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials/tls").write_bytes(b"key")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    assert open_secrets(Settings(data=tmp_path)).pepper


def test_secrets_of_a_demonstration_serve_nothing_else(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets", demonstration=True)
    assert open_secrets(Settings(data=tmp_path, demonstration=True)).pepper
    with pytest.raises(SecretInvented, match="demonstration = true"):
        open_secrets(Settings(data=tmp_path))


def test_a_secret_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_secrets(tmp_path)
    real = os.stat_result
    another = [0o100400, 1, 1, 1, 4321, 4321, 32, 0, 0, 0]
    monkeypatch.setattr(Path, "stat", lambda _path, **_given: real(another))
    monkeypatch.setattr(os, "geteuid", lambda: 4322)
    with pytest.raises(SecretReadable, match="chown 4322"):
        read_secret(tmp_path / "pepper")
    for user in (4321, 0):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        assert read_secret(tmp_path / "pepper")


def test_a_secret_that_this_user_may_not_read_is_told_so_and_is_not_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_secrets(tmp_path)

    def closed(_path: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", closed)
    with pytest.raises(SecretWithheld, match="closed to this user"):
        read_secret(tmp_path / "pepper")
