"""Templates are data: known fields only, no code; and cards that say what their template asks for."""

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiusbridge.domain.errors import BadInput
from radiusbridge.domain.secret import Secret
from radiusbridge.domain.vouchers.cards import card, octets, span, specimen
from radiusbridge.domain.vouchers.codes import CodeForm
from radiusbridge.domain.vouchers.records import Keeper, Mode, Voucher, VoucherBatch
from radiusbridge.domain.vouchers.templates import BUILT_IN, FIELDS, Template, parsed, spoken, written

BATCH = VoucherBatch(
    "rb-one", Keeper.HOTSPOT, 7, "bras-1", "harian {code}", 3, mode=Mode.PAIR, form=CodeForm(), id=4, outlet="kios",
    time_limit=10_800, data_limit=1_500_000_000, validity=86_400 + 3_600, selling_price=5000,
)  # fmt: skip
VOUCHER = Voucher(4, 2, "ABCD2345", id=9, password=Secret("R&=+#"))
PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="{}"), max_size=40)


@given(
    PRINTABLE,
    st.lists(st.sampled_from([name for name in FIELDS if name != "code"]), unique=True),
    st.integers(1, 8),
    st.sampled_from(["en", "id"]),
)
def test_a_template_comes_back_as_it_was_written(text: str, names: list[str], columns: int, language: str) -> None:
    kept = Template(brand=text, note="{outlet}", fields=("code", *names), columns=columns, language=language)
    assert parsed(written(kept)) == kept


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('fields = ["code", "colour"]', "“colour”"),
        ('note = "{hotspot_password}"', "“hotspot_password”"),
        ('note = "{price!r}"', "“price!r”"),
        ('note = "{price.__class__}"', "“price.__class__”"),
        ('note = "{price:>9999999}"', "unknown field"),
        ('note = "{"', "brace"),
        ('brand = "{password}"', "cannot hold password"),
        ('colour = "red"', "the template has the unknown field “colour”"),
        ("columns = 0", "1 to 8 columns"),
        ("columns = true", "whole number"),
        ("brand = 5", "a text"),
        ('fields = ["profile"]', "without its code"),
        ('fields = ["code", "code"]', "twice"),
        ("fields = [1]", "a list of texts"),
        ('login = "javascript:alert(1)"', "no link"),
        ('login = "http://"', "no link"),
        ('qr = "barcode"', "barcode"),
        ('brand = "a\\u001bb"', "printable"),
        ("brand = ", "no TOML"),
        ("a" * 20_000, "10,000 characters"),
        ("a=" + "[" * 5000, "no TOML"),
    ],
)
def test_what_is_no_template_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        parsed(text)
    assert words in refused.value.summary
    if "unknown field" in refused.value.summary and "the template" not in refused.value.summary:
        assert all(name in refused.value.hint for name in FIELDS)


def test_a_card_says_what_is_asked_for_and_reads_no_value_as_a_text() -> None:
    template = Template(
        brand="{outlet}", subtitle="{profile}", login="http://wifi.lan/login", language="id", fields=FIELDS
    )
    made = card(template, BATCH, replace(VOUCHER, expires_at=datetime(2026, 12, 1, 5, tzinfo=UTC)), UTC)
    assert (made.brand, made.subtitle, made.code, made.password) == ("kios", "harian {code}", "ABCD2345", "R&=+#")
    assert dict(made.lines) == {
        "Paket": "harian {code}", "Waktu": "3 jam", "Kuota": "1.5 GB", "Berlaku": "1 hari 1 jam", "Harga": "Rp 5.000",
        "Hingga": "2026-12-01 05:00 UTC", "Loket": "kios", "Hotspot": "bras-1", "Kelompok": "rb-one", "No.": "4/2",
    }  # fmt: skip
    link = urlsplit(made.qr)
    assert (link.netloc, parse_qs(link.query)) == ("wifi.lan", {"username": ["ABCD2345"], "password": ["R&=+#"]})
    assert "ABCD" not in repr(made)
    assert "R&" not in repr(made)
    same = card(Template(qr="code"), replace(BATCH, mode=Mode.SAME), VOUCHER)
    assert (same.password, same.qr) == ("", "ABCD2345")
    assert card(Template(qr="none"), BATCH, VOUCHER).qr == ""


def test_labels_are_in_the_language_asked_for_else_the_templates_else_the_operators() -> None:
    told = [
        spoken(Template(language=own), asked, operator).language
        for own in ("auto", "en")
        for asked in ("", "id")
        for operator in ("id", "xx")
    ]
    assert told == ["id", "en", "id", "id", "en", "en", "id", "id"]
    assert card(spoken(Template(), "", "id"), BATCH, VOUCHER).password_label == "Sandi"


def test_a_specimen_holds_no_secret() -> None:
    made = specimen(Template(login="http://wifi.lan/login"), BATCH)
    assert (made.code, made.password, made.voucher_id) == ("22222222", "22222222", 0)
    assert made.qr == "http://wifi.lan/login?username=22222222&password=22222222"


def test_built_in_templates_and_sizes_as_they_are_sold() -> None:
    assert all(parsed(written(each)) == each for each in BUILT_IN.values())
    assert [span(each) for each in (None, 60, 3600, 90_061, 604_800)] == [
        "", "1 minute", "1 hour", "1 day 1 hour", "7 days"
    ]  # fmt: skip
    assert [octets(each) for each in (None, 5, 2_000_000, 2_500_000_000)] == ["", "5 B", "2 MB", "2.5 GB"]
