"""Fields keep what was typed and say what is wrong with it, in our words."""

import pytest
from werkzeug.datastructures import MultiDict

from protect.i18n import lazy
from protect.web import fields
from protect.web.forms import BaseForm
from protect.web.validation import Check, Length, OneOf, Optional, Required
from tests.web.demo import IntakeForm, make_app


@pytest.fixture(autouse=True)
def context():
    app = make_app()
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context("/", method="POST", headers={"Accept-Language": "en"}):
        yield


def filled(kind, /, **data):
    return kind(formdata=MultiDict(data))


class DateForm(BaseForm):
    day = fields.DateParts("Day", [Optional()])


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        (("27", "3", "2026"), "2026-03-27"),
        (("", "3", "2026"), "2026-03"),
        (("", "", "2026"), "2026"),
        (("", "", ""), ""),
        (("27", "", "2026"), "?"),
        (("27", "3", "26"), "?"),
        (("27", "mars", "2026"), "?"),
        (("²", "3", "2026"), "?"),
        ((" 7 ", " 3", "2026 "), "2026-03-07"),
    ],
)
def test_a_date_is_read_from_three_boxes_and_the_boxes_are_kept(typed, text):
    parts = dict(zip(("day-day", "day-month", "day-year"), typed, strict=True))
    form = filled(DateForm, **parts)
    assert form.day.data == text
    assert form.day.parts == tuple(part.strip() for part in typed)


@pytest.mark.parametrize(
    ("stored", "parts"),
    [
        ("2026-03-27", ("27", "3", "2026")),
        ("1998-04", ("", "4", "1998")),
        ("1998", ("", "", "1998")),
        (None, ("", "", "")),
    ],
)
def test_a_stored_date_fills_the_boxes(stored, parts):
    form = DateForm(formdata=None, data={"day": stored})
    assert form.day.parts == parts
    assert form.day.data == (stored or "")


def test_what_is_missing_is_said_beside_each_question():
    form = filled(IntakeForm)
    assert not form.validate()
    assert set(form.errors) == {"code", "province", "seen", "sex", "secret"}
    assert {str(error) for errors in form.errors.values() for error in errors} == {"Answer this question"}


def test_an_unlisted_answer_is_refused_in_our_words():
    form = filled(IntakeForm, province="Atlantis", sex="X", forms="z")
    form.validate()
    assert [str(form[name].errors[0]) for name in ("province", "sex", "forms")] == [
        "Choose one of the answers listed"
    ] * 3


def test_listed_answers_pass():
    form = filled(
        IntakeForm, code="KIN-1", province="Ituri", sex="F", forms="a", secret="words", **{"seen-year": "2026"}
    )
    assert form.validate(), form.errors


def test_several_choices_can_be_stored_as_one_text():
    form = IntakeForm(formdata=None, data={"forms": "a b"})
    assert form.forms.data == ["a", "b"]


@pytest.mark.parametrize(("typed", "message"), [("x" * 21, "by 1 character"), ("x" * 25, "by 5 characters")])
def test_a_text_that_is_too_long_says_by_how_much(typed, message):
    form = filled(IntakeForm, story=typed)
    form.validate()
    assert str(form.story.errors[0]).endswith(message)


def test_a_line_end_counts_as_one_character():
    form = filled(IntakeForm, story="\r\n" * 20)
    form.validate()
    assert not form.story.errors


class OwnForm(BaseForm):
    even = fields.Integer("Even", [Required(), Check(lambda text: int(text) % 2 == 0, lazy("No"))])
    word = fields.Text("Word", [OneOf({"yes"})])
    note = fields.LongText("Note", [Optional(), Length(3)])


def test_own_conditions():
    assert filled(OwnForm, even=" 2 ", word="yes").validate()
    form = filled(OwnForm, even="3", word="no")
    assert not form.validate()
    assert (str(form.even.errors[0]), str(form.word.errors[0])) == ("No", "Choose one of the answers listed")


def test_the_identity_of_a_sending_stays_with_it():
    first = BaseForm(formdata=None)
    again = filled(BaseForm, once=first.once.data)
    assert again.once_id == first.once_id != BaseForm(formdata=None).once_id


def test_a_damaged_identity_is_a_new_sending():
    assert filled(BaseForm, once="' or 1=1").once_id


@pytest.mark.parametrize(("sent", "number"), [("7", 7), ("", None), ("-1", None), ("7; drop", None), ("²", None)])
def test_the_version_is_a_number_or_nothing(sent, number):
    assert filled(BaseForm, version=sent).version_number == number
