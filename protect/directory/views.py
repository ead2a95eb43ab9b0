"""Pages of the directory, and of the places of one's own agency."""

from uuid import UUID

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from protect.access.gate import Gate
from protect.directory import actions
from protect.directory.forms import PlacesForm
from protect.i18n import gettext as _
from protect.i18n import lazy
from protect.web.pages import SEE_OTHER, Pages
from protect.web.render import render

pages = Pages("directory", __name__)


@pages.get("/services", needs="directory:read", title=lazy("Services"))
def services(gate: Gate) -> str:
    """The whole directory."""
    return render("directory/list.html", matches=actions.all_services(gate))


@pages.get("/places", needs="place:manage", title=lazy("My places"))
def places(gate: Gate) -> str:
    """The places of one's own agency."""
    return _places(gate, {})


@pages.post("/places/<uuid:service_id>", needs="place:manage", title=lazy("My places"))
def add_places(gate: Gate, service_id: UUID) -> str | Response:
    """Add places to a service."""
    form = PlacesForm()
    if not form.validate():
        return _places(gate, {service_id: form})
    if not gate.once(form.once_id):
        actions.add_places(gate, service_id, int(form.number.data))
        gate.done(form.once_id, url_for("directory.places"))
    flash(_("The places are there."), "success")
    return redirect(url_for("directory.places"), SEE_OTHER)


@pages.post("/places/<uuid:service_id>/compte", needs="place:manage")
def confirm_count(gate: Gate, service_id: UUID) -> Response:
    """Say that the shown count is right today."""
    actions.confirm_count(gate, service_id)
    flash(_("Thank you. Everybody sees that this count is of today."), "success")
    return redirect(url_for("directory.places"), SEE_OTHER)


@pages.post("/places/<uuid:place_id>/liberation", needs="place:manage")
def release_place(gate: Gate, place_id: UUID) -> Response:
    """Give a place back."""
    actions.release_place(gate, place_id)
    flash(_("The place is free again."), "success")
    return redirect(url_for("directory.places"), SEE_OTHER)


def _places(gate: Gate, sent: dict[UUID, PlacesForm]) -> str:
    mine = actions.my_places(gate)
    forms = {one.service.id: sent.get(one.service.id) or PlacesForm(formdata=None) for one in mine}
    faulty = next(iter(sent.values()), None)
    return render("directory/places.html", mine=mine, forms=forms, faulty=faulty)
