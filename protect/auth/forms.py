"""The forms of signing in and of enrolling."""

from typing import Any

from wtforms import HiddenField

from protect.i18n import lazy as _
from protect.web.fields import Code, Secret, Text
from protect.web.forms import BaseForm
from protect.web.validation import Expected, Length, Required


class ProofForm(BaseForm):
    """What proves a second factor: a code that is typed, or what a passkey answered for the script of the page."""

    code = Code(_("The six digits of your code generator"), validators=[Expected(), Length(20)])
    recovery = Text(
        _("A recovery code"),
        description=_("26 letters and digits, on the paper that you put away. Each works once."),
        validators=[Expected(), Length(80)],
    )
    challenge = HiddenField(default="")
    assertion = HiddenField(default="")
    prf = HiddenField(default="")

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for one of them; whether it is right is not judged here."""
        fine = bool(super().validate(extra_validators))
        if fine and not (self.code.data or self.recovery.data or self.assertion.data):
            self.code.errors = [_("Enter the six digits, a recovery code, or use a passkey")]
            return False
        return fine

    def forget_proof(self) -> None:
        """Show nothing of it again: each works once."""
        for field in (self.code, self.recovery, self.challenge, self.assertion, self.prf):
            field.data = ""


class SignInForm(ProofForm):
    """Name, passphrase and second factor on one page. A passkey that opens the account needs no passphrase."""

    name = Text(_("Your sign-in name"), validators=[Required(_("Enter your sign-in name")), Length(80)])
    passphrase = Secret(_("Your passphrase"), validators=[Expected(), Length(400)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the passphrase, unless a passkey gave its secret."""
        fine = super().validate(extra_validators)
        if not (self.passphrase.data or self.prf.data):
            self.passphrase.errors = [_("Enter your passphrase")]
            return False
        return fine


class LostPhraseForm(ProofForm):
    """A recovery code in the place of the passphrase, and a second factor besides."""

    name = Text(_("Your sign-in name"), validators=[Required(_("Enter your sign-in name")), Length(80)])
    first = Text(
        _("A recovery code"),
        description=_("26 letters and digits, on the paper that you put away. Each works once."),
        validators=[Required(_("Enter a recovery code")), Length(80)],
    )
    recovery = Text(_("A second recovery code"), validators=[Expected(), Length(80)])

    def forget_proof(self) -> None:
        """Show no code again."""
        super().forget_proof()
        self.first.data = ""


class CurrentPhraseForm(BaseForm):
    """The passphrase in use, before another takes its place."""

    passphrase = Secret(_("Your present passphrase"), validators=[Required(_("Enter your passphrase")), Length(400)])


class PhraseForm(BaseForm):
    """The passphrase again, before the ways to sign in change; of new recovery codes the draft travels sealed."""

    passphrase = Secret(
        _("Your passphrase"),
        description=_("So that a session left open is not enough."),
        validators=[Required(_("Enter your passphrase")), Length(400)],
    )
    draft = HiddenField(default="")


class PasskeyForm(BaseForm):
    """The passkey that a browser made, for the script of the page."""

    challenge = HiddenField(default="")
    assertion = HiddenField(default="")
    prf = HiddenField(default="")


class CodeForm(BaseForm):
    """The one-time code of an invitation."""

    code = Text(
        _("Your one-time code"),
        description=_("26 letters and digits, from the person who invited you. Spaces and hyphens do not matter."),
        validators=[Required(_("Enter your one-time code")), Length(80)],
    )


class GeneratorForm(BaseForm):
    """The first code of a code generator; the draft travels sealed."""

    draft = HiddenField()
    code = Code(_("The six digits that it shows"), validators=[Required(_("Enter the six digits")), Length(20)])


class OwnPasskeyForm(PhraseForm, PasskeyForm):
    """A passkey for an account that exists."""


class OwnGeneratorForm(PhraseForm, GeneratorForm):
    """A further code generator."""


class WordsForm(BaseForm):
    """Two words of the passphrase, typed again; the draft travels sealed."""

    draft = HiddenField()
    second = Text(_("Word number 2"), validators=[Required(_("Enter word number 2")), Length(40)])
    fifth = Text(_("Word number 5"), validators=[Required(_("Enter word number 5")), Length(40)])
