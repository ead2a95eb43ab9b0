"""The printed matrix says what the policy says."""

import pytest

from protect.access.policy import policy
from protect.cli import main
from protect.oversight import explained


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(["access-matrix", *arguments]) == 0
    return capsys.readouterr().out


def test_the_matrix_is_printed_sheet_by_sheet(capsys: pytest.CaptureFixture[str]) -> None:
    sheets = printed(capsys).split("\f")
    assert len(sheets) == len(explained.sheets("fr"))
    for sheet in sheets:
        for permission in policy().clauses:
            assert explained.permission_name(permission, "fr") in sheet
        assert max(map(len, sheet.splitlines())) < 170
    for role in policy().roles:
        assert (
            sum(
                policy().role_name(role, "fr") in sheet.splitlines()[0 if sheet is sheets[0] else 1] for sheet in sheets
            )
            >= 1
        )


def test_one_role_is_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    told = printed(capsys, "--role", "officer")
    assert "Consulter un dossier (de son bureau)" in told
    assert "Lire le journal" not in told
