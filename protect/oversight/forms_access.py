"""The question of an auditor: who, what, to which object; sent by GET, so that an answer has an address."""

from collections.abc import Iterable
from typing import ClassVar

from protect.i18n import lazy
from protect.oversight import access_words as words
from protect.oversight.forms import Filter
from protect.web.fields import choices
from protect.web.forms import CHOOSE, BaseForm
from protect.web.validation import Required


class QuestionForm(BaseForm):
    """Whether somebody may do something to an object that stands in some relation to them."""

    class Meta:
        """It changes nothing, so it needs no token."""

        csrf: ClassVar[bool] = False

    who = Filter(lazy("Who: a role or a member"), validators=[Required(lazy("Choose who"))], choices=[])
    permission = Filter(lazy("What"), validators=[Required(lazy("Choose what"))], choices=[])
    relation = Filter(lazy("To which object"), validators=[Required(lazy("Choose to which object"))], choices=[])

    def offer(self, members: Iterable[tuple[str, str]]) -> "QuestionForm":
        """Offer every role and the members, every permission, every relation."""
        self.who.choices = choices([*words.roles(), *members], CHOOSE)
        self.permission.choices = choices(words.permissions(), CHOOSE)
        self.relation.choices = choices(list(words.RELATIONS.items()), CHOOSE)
        return self

    @property
    def asked(self) -> tuple[str, str, str]:
        """Who, what and to which object, after validation."""
        return self.who.data, self.permission.data, self.relation.data
