"""Checkers of codes and numbers: what is accepted, in which form it is kept, what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import identifiers as ids
from registry.rules.kinds import ELEVATOR_KINDS

# Codes of well-known companies, published by the companies themselves.
REAL_CREDIT_CODES = ["91440300708461136T", "914403001922038216", "91110108551385082Q", "91330100799655058B"]

ACCEPTED = [
    ("use_cert_no", "梯11皖L00001(23)", "梯11皖L00001(23)"),
    ("use_cert_no", " 梯１１皖L00001（23） ", "梯11皖L00001(23)"),
    ("use_cert_no", "梯43皖la0001(26)", "梯43皖LA0001(26)"),
    ("device_code", "31101034520190012", "31101034520190012"),
    ("device_code", "3110 10345 2019 00012", "311010345201900012"),
    ("device_code", "31101034519990A012", "31101034519990A012"),
    ("register_code", "3110 433100 201705 3117", "31104331002017053117"),
    ("rescue_code", "035302", "035302"),
    ("rescue_code", "12345", "12345"),
    ("rescue_code", "12345678", "12345678"),
    ("permit_number", "ts3310A12-2028", "TS3310A12-2028"),
    ("filling_licence_no", "TS4234001-2028", "TS4234001-2028"),
    ("cylinder_registration_code", "132020000001", "132020000001"),
    ("cylinder_registration_code", "34020000001", "34020000001"),
    ("cylinder_registration_code", "534O13A00001", "534O13A00001"),
    ("cylinder_cert_no", "瓶10皖L00001（25）", "瓶10皖L00001(25)"),
    ("phone", "138 0557 1234", "13805571234"),
    ("phone", "+86-138-0557-1234", "13805571234"),
    ("phone", "(0557)3021234", "0557-3021234"),
    ("phone", "05573021234", "0557-3021234"),
    ("phone", "010-62345678-801", "010-62345678-801"),
    ("phone", "02162345678", "021-62345678"),
    ("personnel_certificate", "t11010519491231002x", "T11010519491231002X"),
    ("personnel_certificate", "TS6JZAB12345", "TS6JZAB12345"),
]

REFUSED = [
    ("use_cert_no", ""),
    ("use_cert_no", "梯14皖L00001(23)"),
    ("use_cert_no", "梯11湘U00019(19)"),
    ("use_cert_no", "梯11皖L0001(23)"),
    ("use_cert_no", "梯11皖L00001(2023)"),
    ("use_cert_no", "梯11皖L00001"),
    ("device_code", "3110103452019001"),
    ("device_code", "3110103452019000012"),
    ("device_code", "21101034520190012"),
    ("device_code", "31101034521190012"),
    ("register_code", "3110433100201700311"),
    ("register_code", "31104331002017003117"),
    ("register_code", "31104331002017133117"),
    ("register_code", "3110433100201705311A"),
    ("rescue_code", "1234"),
    ("rescue_code", "123456789"),
    ("rescue_code", "12a45"),
    ("permit_number", "TS331-2028"),
    ("permit_number", "TS3310A12-28"),
    ("filling_licence_no", "TS3310001-2028"),
    ("cylinder_registration_code", "732020000001"),
    ("cylinder_registration_code", "134O13000001"),
    ("cylinder_registration_code", "3402000001"),
    ("cylinder_cert_no", "梯10皖L00001(25)"),
    ("phone", "12805571234"),
    ("phone", "1380557123"),
    ("phone", "3021234"),
    ("phone", "电话"),
    ("personnel_certificate", "T110105194912310021"),
    ("personnel_certificate", "ABCDEF"),
    ("personnel_certificate", "12-"),
]


@pytest.mark.parametrize(("name", "typed", "kept"), ACCEPTED)
def test_accepted_and_kept_in_one_form(name: str, typed: str, kept: str) -> None:
    assert ids.CHECKERS[name](typed) == kept
    assert ids.CHECKERS[name](kept) == kept


@pytest.mark.parametrize(("name", "typed"), REFUSED)
def test_refused_with_a_sentence_in_both_languages(name: str, typed: str) -> None:
    with pytest.raises(ids.IdentifierError) as refused:
        ids.CHECKERS[name](typed)
    assert refused.value.zh
    assert refused.value.en
    assert refused.value.en.isascii() or "“" in refused.value.en


@pytest.mark.parametrize("code", REAL_CREDIT_CODES)
def test_real_credit_codes(code: str) -> None:
    assert ids.credit_code(f" {code.lower()} ") == code
    assert ids.complete_credit_code(code[:17]) == code


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("91440300708461136", "18位"),
        ("91440300708461136TT", "18位"),
        ("9144030070846113OT", "O"),
        ("91440300708461136X", "校验位"),
        ("9144X300708461136T", "第3至8位"),
    ],
)
def test_a_wrong_credit_code_is_told_what_is_wrong(code: str, said: str) -> None:
    with pytest.raises(ids.IdentifierError, match=said):
        ids.credit_code(code)


characters = st.sampled_from(ids.CREDIT_ALPHABET)


@given(
    head=st.text(characters, min_size=2, max_size=2),
    area=st.from_regex(r"[0-9]{6}", fullmatch=True),
    body=st.text(characters, min_size=9, max_size=9),
    place=st.integers(0, 16),
    other=characters,
)
def test_one_wrong_character_is_always_found(head: str, area: str, body: str, place: int, other: str) -> None:
    code = ids.complete_credit_code(head + area + body)
    assert ids.credit_code(code) == code
    if code[place] != other:
        with pytest.raises(ids.IdentifierError):
            ids.credit_code(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize("kind", ELEVATOR_KINDS.values(), ids=lambda kind: kind.id)
def test_certificate_digits_of_every_kind(kind) -> None:
    number = f"梯{kind.cert_digits}皖L00001(23)"
    assert ids.use_cert_no(number, cert_digits=kind.cert_digits) == number
    other = "12" if kind.cert_digits == "11" else "11"
    with pytest.raises(ids.IdentifierError, match="不符"):
        ids.use_cert_no(number, cert_digits=other)


def test_numbers_of_another_province_when_asked() -> None:
    assert ids.use_cert_no("梯12湘U00019（19）", province="湘") == "梯12湘U00019(19)"
