"""The page client itself: it must see what it is there to see."""

import pytest

from tests.pages import Page, check_page

GOOD = (
    '<!doctype html><html lang="fr"><head><title>Titre – Protéger</title></head><body><h1>Titre</h1>'
    '<form method="post"><input type="hidden" name="csrf_token"><label for="a">A</label><input id="a" name="a">'
    "</form></body></html>"
)


def test_a_good_page_passes():
    check_page(Page(GOOD), "Protéger")


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("<h1>Titre</h1>", ""),
        ("<h1>Titre</h1>", "<h1>Titre</h1><h1>Titre</h1>"),
        ("Titre – ", "Autre – "),
        ('lang="fr"', ""),
        ('<label for="a">A</label>', ""),
        ('<label for="a">A</label>', '<label for="a">A</label><p id="a"></p>'),
        ('<input type="hidden" name="csrf_token">', ""),
        ("</form>", '</form><p style="color:red"></p>'),
        ("</form>", "</form><script>1</script>"),
        ("</form>", '</form><p onclick="x()"></p>'),
        ("</form>", '</form><a href="javascript:x()">x</a>'),
        ("</form>", '</form><a href="#nowhere">x</a>'),
        ("</form>", '</form><p aria-describedby="nothing"></p>'),
        ("</form>", "</form>[sealed]"),
        ("</form>", "</form><div>"),
    ],
)
def test_a_bad_page_fails(part, instead):
    with pytest.raises(AssertionError):
        check_page(Page(GOOD.replace(part, instead)), "Protéger")
