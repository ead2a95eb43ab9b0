"""The whole program, lived through once with canaries in every sealed field: by pages, and by actions beneath them."""

import re
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from protect.access.founding import new_root
from protect.access.models import OpeningNotice
from protect.access.trail_log import log_signer
from protect.audit.sealer import Sealer
from protect.auth import totp
from protect.auth.actions_onboarding import AgencyPlan, NewMember, add_agency
from protect.cases.actions_edit import answer
from protect.cases.sections import SECTIONS
from protect.statistics.period import Quarter
from protect.vocab import COMPARTMENTS, load
from tests.cases.exports import unpacked
from tests.pages import OWN_SITE, PageClient, codes_on, draft_on, seed_on
from tests.security.filling import TYPED, Filler, asked
from tests.world import Person, World

CONSENT = {
    "consent_given_by": "person", "consent_mode": "oral_witnessed", "primary_language": "lin",
    "information_given": ["voluntary", "withdrawal"], "legal_basis": "consent", "consent_status": "given",
}  # fmt: skip
CHILD = {**CONSENT, "consent_given_by": "parent", "child_assent": "given"}
EVERY_CLASS = [name for name in COMPARTMENTS if name != "health"]


class Story:
    """What happened, and the ids of what it happened to."""

    def __init__(self, world: World, filler: Filler) -> None:
        self.world = world
        self.filler = filler
        self.ids: dict[str, uuid.UUID] = {}

    def services(self) -> dict[str, uuid.UUID]:
        from protect.directory.actions import all_services

        with self.world.house_officer.gate() as gate:
            return {match.service.name: match.service.id for match in all_services(gate)}

    def enrol_somebody(self) -> None:
        """An invitation is redeemed by pages; code, words and typed words are secrets of their own."""
        keep = self.filler.canaries.keep
        plan = AgencyPlan("Nouvelle venue", "other", [], [], [NewMember("newcomer", "Noé Nouveau", "registrar")])
        code = keep(add_agency(self.world.runtime, new_root(), plan).codes[0].code)
        client = PageClient(self.world.app)
        client.get("/invitation")
        page = client.post("/invitation", {"code": code}, status=200)
        assert page is not None
        words = re.findall(r"<li>([a-z]+)</li>", page.html)
        keep(" ".join(words))
        draft = draft_on(page)
        client.post("/invitation/mots", {"draft": draft}, status=200)
        typed = {"draft": draft, "second": words[1], "fifth": words[4]}
        page = client.post("/invitation/generateur", typed, status=200)
        assert page is not None
        seed = keep(seed_on(page))
        now = totp.step_at(self.world.runtime.clock().timestamp())
        page = client.post("/invitation/secours", {"draft": draft, "code": totp.code_at(seed, now - 1)}, status=200)
        assert page is not None
        for one in codes_on(page):
            keep(one)
        client.post("/invitation/fin", {"draft": draft_on(page)})
        client.get("/connexion")
        entered = {"name": "newcomer", "passphrase": " ".join(words), "code": totp.code_at(seed, now)}
        client.post("/connexion", entered)

    def intake(self, name: str, person: Person, consent: dict[str, Any]) -> uuid.UUID:
        """Every page of the intake in order, and the agreement."""
        client = person.client
        client.get("/dossiers/nouveau")
        client.post("/dossiers/nouveau", self.filler.sent(asked(client)))
        self.ids[name] = case_id = uuid.UUID(client.location.split("/")[2])
        while not client.location.endswith("/accord"):
            address = client.location
            client.get(address)
            client.post(address, self.filler.sent(asked(client)))
        address = client.location
        client.get(address)
        client.post(address, {**consent, "statistics": "true"})
        return case_id

    def edit_everything(self, person: Person, case_id: uuid.UUID) -> None:
        """Every section again with other words, and by the action what no form asks."""
        for name in SECTIONS:
            address = f"/dossiers/{case_id}/compartiments/{name}"
            person.client.get(address)
            person.client.post(address, self.filler.sent(asked(person.client)))
        left = [name for name in _sealed_texts() if name not in self.filler.known]
        with person.gate() as gate:
            from protect.cases.actions import show_case

            version = show_case(gate, case_id).version
            answer(gate, case_id, {name: self.filler.answer(name) for name in left}, version)

    def consent(self, person: Person, case_id: uuid.UUID, service: uuid.UUID) -> None:
        """A consent with restrictions in the person's own words."""
        address = f"/dossiers/{case_id}/consentements/nouveau"
        person.client.get(address)
        data = {"consent_scope": "share_referral", "recipient": str(service), "consent_data_categories": EVERY_CLASS}
        data["consent_restrictions"] = self.filler.answer("consent_restrictions")
        person.client.submit(address, {**CONSENT, **data})

    def look_and_search(self, person: Person) -> None:
        """The list with its names, and a search for one of them by a piece of it."""
        client = person.client
        client.get("/dossiers?noms=1")
        client.get("/dossiers/recherche")
        page = client.post("/dossiers/recherche", {"typed": self.filler.known["surname"]}, status=200)
        assert page is not None
        assert self.filler.known["surname"].lower() in page.text.lower()

    def open_too_many(self, person: Person, stopped: Person) -> None:
        """Somebody says why so many files are opened; somebody else met the stop."""
        person.client.get("/motif")
        why = self.filler.canaries.word("the reason for many openings")
        person.client.post("/motif", {"purpose": "assistance", "why": why})
        with stopped.gate() as gate:
            member = gate.member
            whose = {"agency_id": member.agency_id, "member_id": member.member_id}
            gate.db.add(OpeningNotice(id=uuid.uuid4(), kind="stop", at=gate.now(), **whose))

    def break_glass(self, asker: Person, second: Person, code: str) -> None:
        """An officer of another office says why the case cannot wait, somebody agrees, and it is read."""
        asker.client.get("/urgences/demande")
        why = self.filler.canaries.word("why the case cannot wait")
        asker.client.post("/urgences/demande", {"code": code, "reason": "danger", "why": why})
        address = asker.client.location
        self.ids["emergency"] = uuid.UUID(address.split("/")[-1])
        second.client.get(address)
        second.client.post(f"{address}/accord", {"hours": "4"})
        assert self.filler.known["surname"] in asker.client.get(f"{address}/dossier").text

    def ask_for_erasure(self, name: str, person: Person, case_id: uuid.UUID) -> str:
        """The case is closed, and somebody says why it is to be erased; the address of the request."""
        client, here = person.client, f"/dossiers/{case_id}"
        client.get(f"{here}/cloture")
        client.post(f"{here}/cloture", self.filler.sent(asked(client)))
        client.get(f"{here}/effacement")
        why = self.filler.canaries.word(f"why the {name} is to be erased")
        client.post(f"{here}/effacement", {"reason": "wish", "why": why})
        self.ids[name] = uuid.UUID(client.location.split("/")[-1])
        return client.location

    def live_and_be_erased(self, officer: Person, second: Person, service: uuid.UUID) -> None:
        """A whole life of a case, at the end of which two people erase it; its service had read everything."""
        case_id = self.intake("gone", officer, CONSENT)
        self.refer("erased", officer, case_id, service)
        self.accept(self.world.shelter_intake, self.ids["erased"])
        self.complete(self.world.shelter_worker, self.ids["erased"])
        address = self.ask_for_erasure("erasure", officer, case_id)
        second.client.get(address)
        second.client.post(f"{address}/accord")
        assert self.filler.known["surname"] not in officer.client.get(f"/dossiers/{case_id}").text
        self.world.shelter_intake.client.get(f"/demandes/{self.ids['erased']}/dossier", status=404)

    def export(self, asker: Person, second: Person, case_id: uuid.UUID) -> None:
        """A copy of the case is asked for, agreed to and fetched; the words that open it are a secret of their own."""
        client, here = asker.client, f"/dossiers/{case_id}/export"
        client.get(here)
        why = self.filler.canaries.word("why the case is exported")
        client.post(here, {"reason": "court", "why": why})
        address = client.location
        self.ids["export"] = uuid.UUID(address.split("/")[-1])
        second.client.get(address)
        second.client.post(f"{address}/accord")
        page = client.get(f"{address}/copie")
        words = self.filler.canaries.keep(" ".join(re.findall(r"<li>([a-z]+)</li>", page.html)))
        sent = {"csrf_token": page.forms[0].fields["csrf_token"][0], "draft": draft_on(page)}
        answer = client.raw.post(f"{address}/copie", data=sent, headers=OWN_SITE)
        assert self.filler.known["surname"] in unpacked(answer.data, words)["2.csv"].decode()

    def refer(self, name: str, person: Person, case_id: uuid.UUID, service: uuid.UUID) -> uuid.UUID:
        """Choose, ask, see, send."""
        client, new = person.client, f"/dossiers/{case_id}/referencements/nouveau"
        client.get(new)
        client.get(f"{new}/{service}")
        said = {**CONSENT, "urgency": "urgent", "consent_data_categories": _ticked(client)}
        client.post(f"{new}/{service}", said, status=200)
        client.post(f"{new}/{service}/envoi", said)
        self.ids[name] = uuid.UUID(client.location.split("/")[-1])
        client.follow()
        client.get("/referencements")
        return self.ids[name]

    def accept(self, person: Person, referral: uuid.UUID) -> None:
        """Read the request, accept, open what was transmitted."""
        person.client.get("/demandes")
        here = f"/demandes/{referral}"
        person.client.get(here)
        person.client.submit(f"{here}/acceptation")
        page = person.client.get(f"{here}/dossier")
        assert self.filler.known["surname"] in page.text

    def complete(self, person: Person, referral: uuid.UUID) -> None:
        """The person arrives, and the service ends."""
        for step in ("start", "complete"):
            person.client.get(f"/demandes/{referral}")
            person.client.submit(f"/demandes/{referral}/suite", {"step": step})

    def withdraw(self, sender: Person, receiver: Person, referral: uuid.UUID) -> None:
        """The consent is withdrawn; the receiver is told, and opens nothing any more."""
        page = sender.client.get(f"/referencements/{referral}")
        address = next(link for link in page.links if link.endswith("/retrait"))
        sender.client.get(address)
        sender.client.submit(address)
        receiver.client.get(f"/demandes/{referral}/dossier", status=404)
        receiver.client.get(f"/demandes/{referral}")
        receiver.client.submit(f"/demandes/{referral}/accuse")

    def release(self, later: World) -> uuid.UUID:
        """A release is built, proposed and published, once the quarter is over."""
        later.analyst.sign_in()
        later.publisher.sign_in()
        analyst, publisher = later.analyst.client, later.publisher.client
        quarter = str(Quarter.of(datetime.now(UTC).date()))
        analyst.get("/publications/preparation")
        page = analyst.post("/publications/preparation", {"first": quarter, "last": quarter}, status=200)
        assert page is not None
        seen = next(form.fields["seen"][0] for form in page.forms if "seen" in form.fields)
        analyst.submit("/publications/preparation/proposition", {"first": quarter, "last": quarter, "seen": seen})
        self.ids["release"] = release = uuid.UUID(analyst.response.request.path.split("/")[-1])
        publisher.get(f"/publications/{release}/examen")
        publisher.submit(f"/publications/{release}/examen", {"decision": "publish"})
        return release

    def read_the_trail(self, auditor: Person) -> None:
        """Entries are sealed, read with their details, and checked."""
        runtime = self.world.runtime
        Sealer(runtime.unit_of_work, runtime.secrets.session, log_signer(runtime)).seal_now()
        auditor.client.get("/journal")
        auditor.client.get(f"/journal?about={self.ids['case']}")
        auditor.client.post("/journal/verification", status=200)

    def fail_to_sign_in(self) -> None:
        """Names and passphrases that are wrong, until the address is refused."""
        client, word = PageClient(self.world.app), self.filler.canaries.word
        client.raw.environ_base["REMOTE_ADDR"] = "10.9.9.9"
        for number in range(7):
            client.get("/connexion")
            name = word("a typed name") if number else "house_officer"
            typed = {"name": name, "passphrase": word("a typed passphrase"), "recovery": word("a typed code")}
            client.post("/connexion", typed, status=200)


def _sealed_texts() -> Iterable[str]:
    """Fields of free text in a sealed compartment."""
    fields = load().fields.values()
    return [field.name for field in fields if field.compartment in COMPARTMENTS and field.type in TYPED]


def _ticked(client: PageClient) -> list[str]:
    """Every class that the form offers."""
    assert client.page is not None
    return client.page.forms[-1].fields.get("consent_data_categories", [])
