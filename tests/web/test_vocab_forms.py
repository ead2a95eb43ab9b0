"""Forms made from the data dictionary: its labels, its lists, its judgement."""

import pytest
from flask import get_template_attribute
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict

from protect import vocab
from protect.vocab import FieldType
from protect.web.forms import BaseForm, Question, form_for, vocab_field
from protect.web.pages import PUBLIC, Pages
from protect.web.render import label, present, question, render
from protect.web.validation import OTHERWISE, problem_text
from tests.pages import PageClient
from tests.web.demo import FakeGate, make_app

FIELDS = vocab.load().fields


def of_type(kind: FieldType) -> str:
    return next(name for name, field in FIELDS.items() if field.type is kind)


def short_list() -> str:
    return next(n for n, f in FIELDS.items() if f.type is FieldType.CODE and len(f.codelist.values) <= 6)


def long_list() -> str:
    return next(n for n, f in FIELDS.items() if f.type is FieldType.CODE and len(f.codelist.values) > 6)


def drawing(name: str) -> str:
    return getattr(form_for([name])(formdata=None), name).drawing


@pytest.fixture(autouse=True)
def context():
    app = make_app()
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context("/", method="POST"):
        yield


def filled(name: str, *typed: str, **asked):
    form = form_for([Question(name, **asked)])(formdata=MultiDict([(name, text) for text in typed]))
    return form, form.validate()


@pytest.mark.parametrize(
    ("kind", "shape"),
    [
        (FieldType.STRING, "text"),
        (FieldType.TEXT, "textarea"),
        (FieldType.MULTICODE, "checkboxes"),
        (FieldType.DATE, "date"),
        (FieldType.PARTIAL_DATE, "date"),
        (FieldType.INTEGER, "integer"),
        (FieldType.PHONE, "tel"),
        (FieldType.STRING_LIST, "textarea"),
        (FieldType.LIST, "textarea"),
        (FieldType.BOOLEAN, "choice"),
    ],
)
def test_each_type_has_its_drawing(kind, shape):
    assert drawing(of_type(kind)) == shape


def test_short_lists_are_buttons_and_long_ones_drop_down():
    form = form_for([short_list(), long_list()])(formdata=None)
    short, long = form.questions
    assert short.is_short
    assert not long.is_short
    assert next(choice.value for choice in long.iter_choices()) == ""


def test_a_list_that_fills_pages_scrolls():
    assert drawing("citizenship") == "many"


def test_labels_follow_the_request_and_can_be_fixed():
    name = short_list()
    form = form_for([name])
    assert str(form(formdata=None)[name].label.text) == FIELDS[name].label_fr
    with force_locale("en"):
        assert str(form(formdata=None)[name].label.text) == FIELDS[name].label_en
        fixed = type("Fixed", (BaseForm,), {name: vocab_field(FIELDS[name], "fr")})
        assert str(fixed(formdata=None)[name].label.text) == FIELDS[name].label_fr


def test_a_code_is_kept_and_one_that_is_not_listed_is_refused():
    name = short_list()
    code = FIELDS[name].codelist.values[0].code
    assert filled(name, code)[0].canonical() == {name: code}
    form, good = filled(name, "no-such-code")
    assert not good
    assert str(form[name].errors[0]) == "Choisissez une des réponses proposées"
    assert form.canonical() == {}


def test_several_codes_are_stored_in_order():
    name = of_type(FieldType.MULTICODE)
    first, second = (value.code for value in FIELDS[name].codelist.values[:2])
    form, good = filled(name, second, first)
    assert good, form.errors
    assert form.canonical() == {name: " ".join(sorted([first, second]))}


def test_a_national_number_gets_the_prefix_of_the_country():
    name = of_type(FieldType.PHONE)
    form, good = filled(name, "0812 345 678")
    assert good, form.errors
    assert form.canonical() == {name: "+243812345678"}
    form, good = filled(name, "perdu")
    assert not good
    assert form[name].data == "perdu"


def test_an_optional_question_may_stay_empty_and_a_required_one_may_not():
    name = of_type(FieldType.STRING)
    assert filled(name, required=False)[1]
    form, good = filled(name, required=True)
    assert not good
    assert form[name].flags.required


def test_an_expected_answer_may_stay_empty_but_is_not_called_optional():
    name = of_type(FieldType.STRING)
    made = type("One", (BaseForm,), {name: vocab_field(FIELDS[name], required=False, expected=True)})
    form = made(formdata=MultiDict())
    assert form.validate()
    field = get_template_attribute("components/field.html", "field")
    assert "facultatif" not in field(form[name])
    assert "facultatif" in field(filled(name, required=False)[0][name])


def test_a_question_can_have_its_own_words():
    name = of_type(FieldType.STRING)
    form = form_for([Question(name, hint="Aide", label="Comment ?")])(formdata=None)
    assert (form[name].label.text, form[name].description) == ("Comment ?", "Aide")


@pytest.mark.parametrize("key", list(vocab.MESSAGES))
def test_every_problem_of_the_vocabulary_has_words(key):
    assert problem_text(key) is not OTHERWISE


def test_an_unknown_problem_still_has_words():
    assert problem_text("nouveau") is OTHERWISE


def test_templates_get_labels_and_values_in_the_language_of_the_request():
    name = short_list()
    field = FIELDS[name]
    value = field.codelist.values[0]
    assert label(field.codelist.name, value.code) == value.label_fr
    assert question(name) == field.label_fr
    assert present(name, value.code) == value.label_fr
    with force_locale("en"):
        assert label(field.codelist.name, value.code) == value.label_en


def test_every_field_of_the_dictionary_can_be_drawn_and_sent_empty():
    askable = [name for name, field in FIELDS.items() if field.type is not FieldType.FILE]
    pages = Pages("all", __name__)

    @pages.get("/tout", needs=PUBLIC, title="Tout")
    def everything(_gate) -> str:
        return render("demo/new.html", form=form_for(askable)(), submit="Enregistrer")

    @pages.post("/tout", needs=PUBLIC, title="Tout")
    def check(_gate) -> str:
        form = form_for(askable)()
        form.validate()
        return render("demo/new.html", form=form, submit="Enregistrer")

    app = make_app(FakeGate())
    pages.register(app)
    client = PageClient(app)
    client._check_weight = lambda _page: None  # a page of every field is no page of the product
    assert len(client.get("/tout").controls) > len(askable) / 2
    assert "Il y a un problème" in client.post("/tout", status=200).text
