"""The whole drill with the operator's verbs: ceremony, loss of every holder, recovery, and what must not pass for one."""

import html
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from protect.access.closer import Closer
from protect.access.models import KeyGrant
from protect.cases import actions
from protect.cli import main
from protect.directory import actions_members
from tests.access import people
from tests.access.ceremony import accept, lose_everybody
from tests.cases.stories import opened
from tests.world import LEAD, SHELTER, World

Verb = Callable[..., tuple[int, str]]


class Ceremony:
    """A table with a machine without network: files go in and out, and it never sees the folder of the instance."""

    def __init__(self, protect: Verb, place: Path, world: World, capsys: pytest.CaptureFixture[str]) -> None:
        self.protect, self.place, self.world, self._capsys = protect, place, world, capsys
        self.monkeypatch = pytest.MonkeyPatch()

    def root(self, agency: str) -> Path:
        """The root of an agency on its medium."""
        path = self.place / f"{agency}.key"
        path.write_bytes(self.world.roots[agency].private)
        return path

    def offline(self, *arguments: str, typed: list[str] | None = None) -> tuple[int, str]:
        """Run a verb of the off-line machine; what is typed at it."""
        self._capsys.readouterr()
        self.monkeypatch.setattr("sys.stdin", io.StringIO("\n".join([*(typed or []), ""])))
        code = main(list(arguments))
        said = self._capsys.readouterr()
        return code, said.out + said.err

    def hold(self, agency: str = LEAD.name, folder: str = "sheets") -> Path:
        """The ceremony of an agency, installed."""
        prepared = self.place / f"{folder}.prepared"
        assert self.protect("recovery-prepare", agency, "--to", str(prepared))[0] == 0
        sheets = self.place / folder
        code, said = self.offline(
            "recovery-ceremony", str(prepared), "--root", str(self.root(agency)), "--to", str(sheets)
        )
        assert code == 0, said
        code, said = self.protect("recovery-install", str(sheets / "recovery-key.public"))
        assert code == 0, said
        return sheets

    def export(self, *names: str, to: str = "export") -> Path:
        """The export file."""
        code, said = self.protect("recovery-export", LEAD.name, *names, "--to", str(self.place / to))
        assert code == 0, said
        return self.place / to

    def words(self, name: str) -> str:
        """The six words on the registrar's page of a member."""
        with people.fresh(self.world, "registrar") as gate:
            return actions_members.show_member(gate, people.member_id(self.world, name)).known

    def answer(self, export: Path, typed: list[str], to: str = "answer") -> tuple[int, str, Path]:
        """What the custodians make of an export file."""
        code, said = self.offline("recovery-answer", str(export), "--to", str(self.place / to), typed=typed)
        return code, said, self.place / to


@pytest.fixture
def table(protect: Verb, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ceremony:
    place = tmp_path / "offline machine"
    place.mkdir()
    return Ceremony(protect, place, world, capsys)


def read_sheet(folder: Path, name: str) -> str:
    """The words as a custodian reads them from the paper."""
    page = (folder / f"{name}.html").read_text("utf-8")
    listed = re.search(r'<ol class="words">(.*?)</ol>', page)
    assert listed
    return " ".join(html.unescape(word) for word in re.findall(r"<li>(.*?)</li>", listed[1]))


def quorum(folder: Path) -> list[str]:
    names = ("agency-1-of-5", "trustee-3-of-3", "agency-4-of-5", "agency-5-of-5", "trustee-1-of-3")
    return [read_sheet(folder, name) for name in names]


def test_the_whole_drill(table: Ceremony, world: World) -> None:
    case_id = opened(world.officer)
    sheets = table.hold()
    code, said = table.protect("recovery-status")
    assert code == 1
    assert "(1)" in said
    for name in ("officer", "auditor"):
        accept(world, name)
    code, said = table.protect("recovery-status")
    assert re.search(rf"{LEAD.name}.*1.*chaque clé est copiée", said)

    lose_everybody(world)
    nouvelle = people.join(world, "nouvelle", "officer", "Kinshasa")
    assert not people.opens(nouvelle, "identity")

    export = table.export("nouvelle")
    code, said, answer = table.answer(export, [table.words("nouvelle"), *quorum(sheets)])
    assert code == 0, said
    assert "Nouvelle" in said
    assert "(1)" in said
    code, said = table.protect("recovery-import", str(answer))
    assert code == 0, said
    assert "Nouvelle" in said
    assert not people.opens(nouvelle, "identity"), "it waits a day for objections"

    world.runtime.clock.move(hours=25)  # type: ignore[attr-defined]  # the clock of tests
    assert Closer(world.runtime).apply_due() == 1
    assert people.opens(nouvelle, "identity")
    with nouvelle.gate() as gate:
        assert actions.show_case(gate, case_id)


def test_nothing_that_the_ceremony_leaves_opens_without_the_sheets(table: Ceremony) -> None:
    sheets = table.hold()
    left = {path.name for path in sheets.iterdir()}
    assert left == {
        *(f"agency-{number}-of-5.html" for number in range(1, 6)),
        *(f"trustee-{number}-of-3.html" for number in range(1, 4)),
        "recovery-key.public",
    }
    assert all(path.stat().st_mode & 0o077 == 0 for path in sheets.iterdir())
    public = (sheets / "recovery-key.public").read_bytes()
    assert table.world.roots[LEAD.name].private not in public


def test_the_sheet_says_what_a_custodian_needs(table: Ceremony) -> None:
    page = (table.hold() / "trustee-2-of-3.html").read_text("utf-8")
    assert "Tiers de confiance" in page
    assert LEAD.name in page
    assert "2 / 3" in page
    assert "data:image/svg+xml" in page
    assert "http" not in re.sub(r"data:image[^\"]*|http-equiv", "", page), "the page asks nobody"
    assert len(read_sheet(table.place / "sheets", "trustee-2-of-3").split()) == 33


@pytest.mark.parametrize("missing", ["agency", "trustee"])
def test_one_group_alone_brings_nothing_back(table: Ceremony, missing: str) -> None:
    sheets = table.hold()
    accept(table.world, "officer")
    export = table.export("officer")
    groups = ("agency", "trustee", "agency", "agency", "trustee")
    shares = [words for words, group in zip(quorum(sheets), groups, strict=True) if group != missing]
    code, _said, answer = table.answer(export, [table.words("officer"), *shares])
    assert code == 2
    assert not answer.exists()


def test_a_share_of_another_set_or_twice_is_not_taken(table: Ceremony) -> None:
    sheets = table.hold()
    accept(table.world, "officer")
    foreign = table.hold(SHELTER.name, "foreign")
    shares = quorum(sheets)
    typed = [table.words("officer"), shares[0], shares[0], read_sheet(foreign, "agency-2-of-5"), "not a share", *shares]
    code, said, answer = table.answer(table.export("officer"), typed)
    assert code == 0, said
    assert said.count("n’est pas retenue") == 4
    assert answer.exists()


def test_the_shares_of_another_agency_bring_nothing_back(table: Ceremony) -> None:
    table.hold()
    accept(table.world, "officer")
    foreign = table.hold(SHELTER.name, "foreign")
    code, _said, answer = table.answer(table.export("officer"), [table.words("officer"), *quorum(foreign)])
    assert code == 2
    assert not answer.exists()


def test_without_the_six_words_nothing_is_asked_of_the_custodians(table: Ceremony) -> None:
    """Somebody exchanged the recipient in the export file: the words on the registrar's page are others."""
    sheets = table.hold()
    accept(table.world, "officer")
    export = table.export("officer")
    code, said, answer = table.answer(export, [table.words("officer_same_unit"), *quorum(sheets)])
    assert code == 2
    assert "Arrêtez" in said or "arrêtez" in said
    assert not answer.exists()


def test_files_that_were_changed_or_are_something_else_are_refused(table: Ceremony) -> None:
    sheets = table.hold()
    accept(table.world, "officer")
    export = table.export("officer")
    code, said, answer = table.answer(export, [table.words("officer"), *quorum(sheets)])
    assert code == 0, said
    content = answer.read_bytes()
    changed = table.place / "changed"
    for at in (5, len(content) // 2, len(content) - 5):
        changed.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert table.protect("recovery-import", str(changed))[0] == 2
    for wrong in (export, sheets / "recovery-key.public", table.place / "absent"):
        assert table.protect("recovery-import", str(wrong))[0] == 2
    for wrong in (answer, sheets / "recovery-key.public"):
        assert table.answer(wrong, [])[0] == 2
        assert table.protect("recovery-install", str(wrong))[0] == 2
    assert table.protect("recovery-import", str(answer))[0] == 0
    code, said = table.protect("recovery-import", str(answer))
    assert code == 2, "it counts once"
    with table.world.runtime.unit_of_work() as db:
        assert not db.scalars(select(KeyGrant).where(KeyGrant.supplier_id.is_(None))).all()


def test_a_ceremony_wants_the_right_root_and_real_groups(table: Ceremony) -> None:
    prepared = table.place / "prepared"
    assert table.protect("recovery-prepare", LEAD.name, "--to", str(prepared))[0] == 0
    assert table.protect("recovery-prepare", LEAD.name, "--to", str(prepared))[0] == 2, "nothing is written over"
    assert table.protect("recovery-prepare", "nobody", "--to", str(table.place / "x"))[0] == 2
    sheets = table.place / "sheets"
    common = ("recovery-ceremony", str(prepared), "--to", str(sheets), "--root")
    assert table.offline(*common, str(table.root(SHELTER.name)))[0] == 2
    assert table.offline(*common, str(table.root(LEAD.name)), "--trustees", "1/3")[0] == 2
    assert table.offline("recovery-ceremony", str(table.root(LEAD.name)), *common[2:], str(prepared))[0] == 2
    with pytest.raises(SystemExit):
        table.offline(*common, str(table.root(LEAD.name)), "--agency", "three of five")
    assert not sheets.exists()


def test_who_is_not_certified_is_not_exported(table: Ceremony) -> None:
    to = str(table.place / "export")
    assert table.protect("recovery-export", LEAD.name, "officer", "--to", to)[0] == 2, "before a ceremony"
    table.hold()
    people.enrol(table.world, "attend", people.invite(table.world, "attend", "officer", "Kinshasa"))
    for name in ("attend", "shelter_worker", "registrar", "nobody"):
        assert table.protect("recovery-export", LEAD.name, name, "--to", to)[0] == 2
