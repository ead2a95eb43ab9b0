"""The forms of signing in and of enrolling."""

from wtforms import HiddenField

from protect.i18n import lazy as _
from protect.web.fields import Secret, Text
from protect.web.forms import BaseForm
from protect.web.validation import Length, Required


class SignInForm(BaseForm):
    """Name and passphrase."""

    name = Text(_("Your sign-in name"), validators=[Required(_("Enter your sign-in name")), Length(80)])
    passphrase = Secret(_("Your passphrase"), validators=[Required(_("Enter your passphrase")), Length(400)])


class CodeForm(BaseForm):
    """The one-time code of an invitation."""

    code = Text(
        _("Your one-time code"),
        description=_("26 letters and digits, from the person who invited you. Spaces and hyphens do not matter."),
        validators=[Required(_("Enter your one-time code")), Length(80)],
    )


class WordsForm(BaseForm):
    """Two words of the passphrase, typed again; the draft travels sealed."""

    draft = HiddenField()
    second = Text(_("Word number 2"), validators=[Required(_("Enter word number 2")), Length(40)])
    fifth = Text(_("Word number 5"), validators=[Required(_("Enter word number 5")), Length(40)])
