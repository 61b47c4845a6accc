"""Names: one form for one name, refusals, look-alikes with what differs."""

from __future__ import annotations

import unicodedata

import pytest

from pilotlab.errors import UsageError, nearest
from pilotlab.text.alike import difference, look_alikes, skeleton
from pilotlab.text.names import accept, fault, tidy


@pytest.mark.parametrize(
    ("as_it_came", "kept"),
    [
        ("api", "api"),
        (unicodedata.normalize("NFD", "büro Saint-Étienne"), "büro Saint-Étienne"),
        ("a\u200bpi\ufeff\u00ad", "api"),
        ("\u202eipa\u202c", "ipa"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("ö\tk", "ö\tk"),
        ("한국", "한국"),
    ],
)
def test_a_name_is_kept_in_one_form(as_it_came: str, kept: str) -> None:
    assert tidy(as_it_came) == kept
    assert tidy(kept) == kept


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Jos\udce9", "the byte 0xe9, which is no UTF-8"),
        ("\ud800", "half a character, which is no UTF-8"),
        ("a\x1b[31m", r"\x1b, a control character"),
        ("a\x9bm", r"\x9b, a control character"),
        ("a\rb", r"\r, a control character"),
    ],
)
def test_what_is_no_text_is_refused(text: str, said: str) -> None:
    assert fault(text) == fault(tidy(text)) == said
    with pytest.raises(UsageError, match=r"the team .* holds"):
        accept(text, "the team")


ALIKE = [
    ("Saint-Étienne", "Saint-Etienne", "an accent"),
    ("Łódź", "Lodz", "an accent"),
    ("Api", "api", "case"),
    ("a  b", "a b", "a double or outer space"),
    ("api ", "api", "a double or outer space"),
    ("a\u00a0b", "a b", "a no-break or other special space"),
    ("a–b", "a-b", "a dash for a hyphen"),
    ("a\u2011b", "a-b", "a dash for a hyphen"),
    ("back end", "back-end", "a space, hyphen or underscore"),
    ("\u0430pi", "api", "a letter of another script ('\u0430' is Cyrillic)"),
    ("ＡＰＩ", "API", "the form of a character"),
    ("o’neil", "o'neil", "a curly quote"),
    ("École", "ecole", "an accent and case"),
    ("ÉCOLE–2", "ecole-2", "a dash for a hyphen, an accent and case"),
]


@pytest.mark.parametrize(("one", "other", "what"), ALIKE)
def test_what_differs_is_named(one: str, other: str, what: str) -> None:
    assert skeleton(one) == skeleton(other)
    assert difference(one, other) == difference(other, one) == what
    assert nearest(one, [other, "quite different"]) == f"; did you mean {other!r}? What differs: {what}"


@pytest.mark.parametrize(
    ("one", "other"), [("api", "apis"), ("team 1", "team 11"), ("東京", "京都"), ("a.b", "ab")]
)
def test_what_is_told_apart_is_left_alone(one: str, other: str) -> None:
    assert not list(look_alikes([one, other, one]))
