"""Another agency of the instance that has an analyst and a publisher of its own: whom its registrar lets in."""

from protect.auth.actions_onboarding import AgencyPlan, NewMember

PARTNER = AgencyPlan(
    "Partenaire", "other", [("Siège", "CD-KN")], [],
    [
        NewMember("partner_registrar", "Victor Registre", "registrar"),
        NewMember("partner_analyst", "Willy Analyste", "analyst"),
        NewMember("partner_publisher", "Xavier Publie", "publisher"),
    ],
)  # fmt: skip
