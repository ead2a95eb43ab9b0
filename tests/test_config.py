"""Settings and secrets: what is wrong is said, and nothing starts on a guess."""

import re
from pathlib import Path

import pytest

from protect.config import (
    SECRET_NAMES,
    SecretMissing,
    SecretReadable,
    Settings,
    SettingUnknown,
    load_secrets,
    load_settings,
    make_secrets,
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
