"""A tiny application with a page of each kind, to try the room by itself."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from flask import Flask, flash, g, redirect, url_for
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.wrappers import Response

from protect.access.errors import Denied
from protect.i18n import lazy
from protect.web import fields
from protect.web.charts import Bar
from protect.web.forms import BaseForm
from protect.web.pages import PUBLIC, SIGNED_IN, Gate, Pages, take_next
from protect.web.render import render
from protect.web.setup import install_web, new_flask
from protect.web.site import Fault, NavItem, Site
from protect.web.validation import Length, Required

pages = Pages("demo", __name__)
PROVINCES = ["Haut-Katanga", "Ituri", "Kinshasa", "Kongo Central", "Nord-Kivu", "Sud-Kivu", "Tanganyika"]


class DatabaseWentAway(Exception):
    pass


class BlobRejected(Exception):
    pass


@dataclass
class FakeGate:
    actor: object | None = None
    permissions: frozenset[str] = frozenset()
    refused: list[str] = field(default_factory=list)
    ended: int = 0
    closed: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.closed += 1

    def allows(self, permission: str) -> bool:
        return permission in self.permissions

    def refuse(self, permission: str) -> None:
        self.refused.append(permission)
        raise Denied(permission)


class IntakeForm(BaseForm):
    code = fields.Text("Code du dossier", [Required(lazy("Answer this question"))], description="Par exemple KIN-0042.")
    province = fields.Choice(
        "Province", [Required()], choices=fields.choices([(p, p) for p in PROVINCES], "Choisissez")
    )
    seen = fields.DateParts("Date d’identification", [Required()], description="Par exemple 27 3 2026")
    sex = fields.Choice("Sexe", [Required()], choices=fields.choices([("F", "Féminin"), ("M", "Masculin")]))
    forms = fields.Choices("Formes d’exploitation", choices=fields.choices([("a", "Travail forcé"), ("b", "Autre")]))
    phone = fields.Telephone("Téléphone")
    email = fields.Email("Adresse électronique")
    age = fields.Integer("Âge")
    story = fields.LongText("Ce qui s’est passé", [Length(20)], description="Ce texte est chiffré.")
    secret = fields.Secret("Phrase secrète", [Required()])


@pages.get("/", needs=PUBLIC, title="Accueil")
def home(_gate: Gate) -> str:
    return render("demo/home.html", bars=BARS)


@pages.get("/dossiers", needs="case:list", title="Mes dossiers")
def mine(_gate: Gate) -> str:
    return render("demo/home.html", bars=BARS)


@pages.get("/nouveau", needs=PUBLIC, title="Nouveau dossier")
def new(_gate: Gate) -> str:
    return render("demo/new.html", form=IntakeForm(), submit="Enregistrer")


@pages.post("/nouveau", needs=PUBLIC, title="Nouveau dossier")
def create(_gate: Gate) -> str | Response:
    form = IntakeForm()
    if not form.validate():
        return render("demo/new.html", form=form, submit="Enregistrer")
    flash("Le dossier est ouvert.", "success")
    return redirect(url_for("demo.home"), 303)


@pages.post("/reserve", needs="case:list")
def reserved(_gate: Gate) -> Response:
    return redirect("/", 303)


@pages.get("/moi", needs=SIGNED_IN, title="Moi")
def me(_gate: Gate) -> str:
    return render("demo/home.html", bars=BARS)


@pages.get("/connexion", needs=PUBLIC, title="Se connecter")
def sign_in(_gate: Gate) -> str:
    return render("demo/home.html", bars=BARS)


@pages.post("/connexion", needs=PUBLIC)
def enter(_gate: Gate) -> Response:
    return redirect(take_next(), 303)


@pages.get("/panne/<kind>", needs=PUBLIC)
def break_down(_gate: Gate, kind: str) -> str:
    raise {"base": DatabaseWentAway, "blob": BlobRejected, "bogue": ZeroDivisionError}[kind]("a secret in a message")


BARS = [
    Bar("Hébergement", 214, "214", 260),
    Bar("Soins médicaux", 301, "301", 280),
    Bar("Aide juridique", 96, "96", 180),
    Bar("Recherche de famille", 38, "38", 60),
    Bar("Retour et réinsertion", None, "non publié", 40),
]


def make_app(gate: FakeGate | None = None, **site: object) -> Flask:
    current = gate or FakeGate()

    def end() -> None:
        current.ended += 1

    settings = {
        "https": False,
        "demonstration": True,
        "navigation": lambda: [NavItem("demo.home", "Accueil"), NavItem("demo.new", "Nouveau dossier", 3)],
        "who": lambda: "Agent de démonstration" if current.actor else "",
        "end_session": end,
        "faults": {DatabaseWentAway: Fault.DATABASE_GONE, BlobRejected: Fault.UNREADABLE},
    }
    app = new_flask(Site(**{**settings, **site}), b"k" * 32)
    install_web(app, Site(**{**settings, **site}), [pages])
    app.jinja_env.loader = ChoiceLoader([FileSystemLoader(Path(__file__).parent / "templates"), app.jinja_loader])

    @app.before_request
    def bring_gate() -> None:
        g.gate = current

    return app
