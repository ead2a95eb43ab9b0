"""Packages, sessions, search shards and the primitives of the trail."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protect.vault import hpke, log, package, session, shards
from protect.vault.box import open_box, seal_box
from protect.vault.encoding import lp
from protect.vault.errors import Reason
from protect.vault.log import Frontier
from protect.vault.package import Package, PackageContext
from protect.vault.server import open_note, seal_note
from protect.vault.shards import SearchEntry
from protect.vault.tree import CompartmentKey

from .cast import COMPARTMENT_KEY, key, refused

INBOX = hpke.from_seed(key("inbox") * 3)
CONTEXT = PackageContext("referral-1", "agency-a", "agency-b", "service-1", "consent-1")
ENTRY = SearchEntry("case-1", "K-4821", ("ngoyi", "béatrice"), ("NK", "PTRS"), 1998)


class TestPackage:
    @given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=5))
    @settings(deadline=None, max_examples=15)
    def test_the_fields_come_back(self, fields: dict[str, str]) -> None:
        sent = package.build(fields, INBOX.public, key("shred"), CONTEXT)
        assert package.open(sent, INBOX.private, key("shred"), CONTEXT) == fields
        assert (len(sent.blob) - 30) % 1024 == 0

    def test_both_keys_and_the_context_are_needed(self) -> None:
        sent = package.build({"sex": "F"}, INBOX.public, key("shred"), CONTEXT)
        with refused(Reason.TAG):
            package.open(sent, INBOX.private, key("other"), CONTEXT)
        with refused(Reason.TAG):
            package.open(sent, hpke.generate().private, key("shred"), CONTEXT)
        for name in CONTEXT._fields:
            with refused(Reason.TAG):
                package.open(sent, INBOX.private, key("shred"), CONTEXT._replace(**{name: "elsewhere"}))

    def test_the_end_of_the_consent_is_bound(self) -> None:
        ends = CONTEXT._replace(valid_until="2027-12-31T00:00:00.000000+00:00")
        sent = package.build({"sex": "F"}, INBOX.public, key("shred"), ends)
        assert package.open(sent, INBOX.private, key("shred"), ends) == {"sex": "F"}
        for until in ("", "2027-12-31T00:00:00.000001+00:00"):
            with refused(Reason.TAG):
                package.open(sent, INBOX.private, key("shred"), ends._replace(valid_until=until))

    def test_halves_of_two_packages_do_not_fit(self) -> None:
        one = package.build({"sex": "F"}, INBOX.public, key("shred"), CONTEXT)
        two = package.build({"sex": "M"}, INBOX.public, key("shred"), CONTEXT)
        with refused(Reason.TAG):
            package.open(Package(one.blob, two.wrapped_key), INBOX.private, key("shred"), CONTEXT)

    def test_a_package_forged_without_the_shred_key_is_refused(self) -> None:
        forged = package.build({"sex": "F"}, INBOX.public, key("guess"), CONTEXT)
        with refused(Reason.TAG):
            package.open(forged, INBOX.private, key("shred"), CONTEXT)

    def test_a_short_shred_key_is_refused(self) -> None:
        with refused(Reason.LENGTH):
            package.build({}, INBOX.public, b"", CONTEXT)

    def test_a_pair_is_a_pair(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sent = package.build({}, INBOX.public, key("shred"), CONTEXT)
        monkeypatch.setattr(package, "open_box", lambda *_: lp(lp("a", "b", "c")))
        with refused(Reason.FORMAT):
            package.open(sent, INBOX.private, key("shred"), CONTEXT)


class TestSession:
    def test_cookie_and_server_secret_open(self) -> None:
        token = session.new_token()
        blob = session.wrap(token, b"server", "session-1", "amina", b"keys")
        assert session.unwrap(token, b"server", "session-1", "amina", blob) == b"keys"
        assert len(token) == 43
        assert session.token_hash(token) == hashlib.sha256(token.encode()).digest()

    @pytest.mark.parametrize(
        "place",
        [
            ("other", b"server", "session-1", "amina"),
            ("token", b"stolen", "session-1", "amina"),
            ("token", b"server", "session-2", "amina"),
            ("token", b"server", "session-1", "beata"),
        ],
    )
    def test_a_moved_or_forged_session_is_refused(self, place: tuple[str, bytes, str, str]) -> None:
        blob = session.wrap("token", b"server", "session-1", "amina", b"keys")
        with refused(Reason.TAG):
            session.unwrap(*place, blob)

    @pytest.mark.parametrize(
        ("token", "server", "step", "place"),
        [
            ("tokem", b"server", "step", ("session-1", "amina", "open", "10")),
            ("token", b"stolen", "step", ("session-1", "amina", "open", "10")),
            ("token", b"server", "other step", ("session-1", "amina", "open", "10")),
            ("token", b"server", "step", ("session-2", "amina", "open", "10")),
            ("token", b"server", "step", ("session-1", "beata", "open", "10")),
            ("token", b"server", "step", ("session-1", "amina", "asleep", "10")),
            ("token", b"server", "step", ("session-1", "amina", "open", "11")),
        ],
    )
    def test_a_step_opens_with_all_three_keys_in_its_place_only(
        self, token: str, server: bytes, step: str, place: tuple[str, ...]
    ) -> None:
        blob = session.wrap_step("token", b"server", key("step"), ("session-1", "amina", "open", "10"), b"keys")
        with refused():
            session.unwrap_step(token, server, key(step), place, blob)

    def test_a_step_key_has_its_length(self) -> None:
        with refused():
            session.wrap_step("token", b"server", b"short", ("session-1",), b"keys")

    def test_a_cookie_that_is_no_text_is_refused(self) -> None:
        with refused(Reason.INPUT):
            session.token_hash("\ud800")
        with refused(Reason.INPUT):
            session.unwrap("\ud800", b"server", "session-1", "amina", bytes(100))


class TestShards:
    search = shards.search_key(COMPARTMENT_KEY)

    @given(st.lists(st.builds(SearchEntry, st.text(max_size=4), st.text(max_size=4), st.just(("a",)), st.just(()), st.none() | st.integers(1900, 2030)), max_size=4))  # fmt: skip
    def test_entries_come_back(self, entries: list[SearchEntry]) -> None:
        blob = shards.seal_shard(self.search, "agency-a", "unit-1", 0, 1, entries)
        assert shards.open_shard(self.search, "agency-a", "unit-1", 0, 1, blob) == entries
        assert (len(blob) - 30) % 4096 == 0

    @pytest.mark.parametrize(
        "place",
        [
            ("agency-b", "unit-1", 0, 1),
            ("agency-a", "unit-2", 0, 1),
            ("agency-a", "unit-1", 1, 1),
            ("agency-a", "unit-1", 0, 2),
        ],
    )
    def test_another_place_or_generation_is_refused(self, place: tuple[str, str, int, int]) -> None:
        blob = shards.seal_shard(self.search, "agency-a", "unit-1", 0, 1, [ENTRY])
        with refused(Reason.TAG):
            shards.open_shard(self.search, *place, blob)

    def test_the_key_is_of_one_identity_compartment(self) -> None:
        newer = CompartmentKey(COMPARTMENT_KEY.key, "agency-a", "identity", 2)
        assert shards.search_key(newer) != self.search != COMPARTMENT_KEY.key

    @pytest.mark.parametrize("rows", [b"", b"{}", b"[1]", b"[[1,2,3,4,5]]", b'[["a","b",[],[],"x"]]', b"\xff"])
    def test_what_is_no_shard_is_refused(self, rows: bytes) -> None:
        context = lp("shard.v1", "agency-a", "unit-1", bytes(8), bytes(8))
        blob = seal_box(self.search, context, rows, shards.BUCKET)
        if rows == b"{}":
            assert shards.open_shard(self.search, "agency-a", "unit-1", 0, 0, blob) == []
            return
        with refused(Reason.FORMAT):
            shards.open_shard(self.search, "agency-a", "unit-1", 0, 0, blob)


class TestBox:
    @given(st.binary(max_size=200))
    def test_a_blob_comes_back(self, value: bytes) -> None:
        assert open_box(key("box"), b"place", seal_box(key("box"), b"place", value)) == value

    def test_another_context_key_or_bucket_is_refused(self) -> None:
        blob = seal_box(key("box"), b"place", b"value")
        with refused(Reason.TAG):
            open_box(key("box"), b"elsewhere", blob)
        with refused(Reason.TAG):
            open_box(key("other"), b"place", blob)
        with refused(Reason.LENGTH):
            open_box(key("box"), b"place", blob, 1024)
        with refused(Reason.PADDING):
            open_box(key("box"), b"place", seal_box(key("box"), b"place", b"value", 128))
        with refused(Reason.LENGTH):
            seal_box(b"short", b"place", b"value")


class TestServerNote:
    def test_a_note_serves_one_purpose_and_context(self) -> None:
        blob = seal_note(key("server"), "enrol-draft.v1", "amina", b"draft")
        assert open_note(key("server"), "enrol-draft.v1", "amina", blob) == b"draft"
        for secret, purpose, who in (
            ("x", "enrol-draft.v1", "amina"),
            ("server", "x.v1", "amina"),
            ("server", "enrol-draft.v1", "b"),
        ):
            with refused(Reason.TAG):
                open_note(key(secret), purpose, who, blob)


class TestLog:
    def test_the_ratchet_is_the_written_one(self) -> None:
        assert log.ratchet(key("k")) == hashlib.sha256(b"ratchet" + key("k")).digest()
        with refused(Reason.LENGTH):
            log.ratchet(b"")

    def test_an_entry_has_the_mac_of_its_turn(self) -> None:
        mac = log.entry_mac(key("k"), b"entry")
        log.check_entry_mac(key("k"), b"entry", mac)
        for turn, entry in ((log.ratchet(key("k")), b"entry"), (key("k"), b"edited")):
            with refused(Reason.TAG):
                log.check_entry_mac(turn, entry, mac)

    @given(st.lists(st.binary(max_size=4), max_size=40))
    def test_a_frontier_has_the_root_of_the_whole_tree(self, leaves: list[bytes]) -> None:
        frontier = Frontier()
        for leaf in leaves:
            frontier = Frontier.parse(frontier.push(log.leaf_hash(leaf)).serialise())
        assert frontier.root() == _whole([log.leaf_hash(leaf) for leaf in leaves])
        assert frontier.size == len(leaves)

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            lp("frontier.v1"),
            lp("frontier.v2", bytes(8)),
            lp("frontier.v1", bytes(7)),
            lp("frontier.v1", bytes(8), bytes(32)),
            lp("frontier.v1", bytes(7) + b"\1", bytes(31)),
            lp("frontier.v1", bytes(7) + b"\3", bytes(32)),
        ],
    )
    def test_what_is_no_frontier_is_refused(self, data: bytes) -> None:
        with refused(Reason.FORMAT):
            Frontier.parse(data)


def _whole(hashes: list[bytes]) -> bytes:
    """The recursive definition of RFC 6962, section 2.1."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return log.node_hash(_whole(hashes[:split]), _whole(hashes[split:]))
