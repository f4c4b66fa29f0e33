import base64
import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import codes
from registry.codes import Scanned

KEYS = {"1": b"the first secret of a city, 32 B", "2": b"the secret after the first one.."}
GOOD = "SZ0A110Z7ZHPD112"  # 25 31 00 10 01 01 00 31 07 31 17 22 13 01, then the check digits

made_codes = st.builds(
    lambda block, version: codes.new_code(block, version=version),
    st.text(codes.ALPHABET, min_size=3, max_size=3),
    st.sampled_from(codes.ALPHABET),
)


def test_a_new_code_has_its_parts():
    code = codes.new_code("0A1", version="2")
    assert len(code) == codes.LENGTH
    assert code.startswith("SZ0A1")
    assert codes.key_version(code) == "2"
    assert code[-2:].isdigit()
    assert set(code) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert codes.check(code)


def test_codes_are_not_in_sequence():
    made = {codes.new_code(version="1") for _ in range(2000)}
    assert len(made) == 2000
    assert len({code[5] for code in made}) == 32


@pytest.mark.parametrize(
    ("block", "version"),
    [("00", "1"), ("0000", "1"), ("00I", "1"), ("00a", "1"), ("000", ""), ("000", "U"), ("000", "12")],
)
def test_blocks_and_versions_outside_the_alphabet_are_refused(block, version):
    with pytest.raises(ValueError, match="must be"):
        codes.new_code(block, version=version)


def test_check_digits_never_change_from_one_release_to_the_next():
    """98 - 2531001001010031073117221301 x 100 mod 97 = 12; a label hangs for twelve years."""
    assert [two for two in range(100) if codes.check(f"{GOOD[:-2]}{two:02d}")] == [12]


@settings(deadline=None)
@given(made_codes)
def test_every_single_wrong_character_is_caught(code):
    for place in range(len(code)):
        for other in set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") - {code[place]}:
            assert not codes.check(code[:place] + other + code[place + 1 :])


@settings(deadline=None)
@given(made_codes)
def test_every_swap_of_neighbours_is_caught(code):
    for place in range(len(code) - 1):
        first, second = code[place : place + 2]
        if first != second:
            assert not codes.check(code[:place] + second + first + code[place + 2 :])


@pytest.mark.parametrize(
    "typed",
    [
        "SZ0A 110Z 7ZHP D112",
        "sz0a-110z-7zhp-d112",
        " SZ0A110Z7ZHPD112\r\n",
        "SZOA I1OZ 7ZHP DLI2",
        "ＳＺ０Ａ　１１０Ｚ　７ＺＨＰ　Ｄ１１２",
        "SZ0A–110Z—7ZHP－D112",
        "\ufeffSZ0A\u200b110Z7ZHPD112",
    ],
)
def test_typed_forms_come_to_the_plain_one(typed):
    assert codes.normalise(typed) == GOOD


def test_grouped_reads_back():
    assert codes.grouped(GOOD) == "SZ0A 110Z 7ZHP D112"
    assert codes.normalise(codes.grouped(GOOD)) == GOOD


def test_mac_is_the_first_80_bits_of_hmac_sha256_in_crockfords_alphabet():
    digest = hmac.new(KEYS["1"], GOOD.encode(), hashlib.sha256).digest()[:10]
    rfc4648 = base64.b32encode(digest).decode()
    assert codes.mac(GOOD, KEYS) == rfc4648.translate(str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", codes.ALPHABET))


SIGNED = f"{GOOD}.{codes.mac(GOOD, KEYS)}"


@pytest.mark.parametrize(
    "text",
    [
        SIGNED,
        SIGNED.lower(),
        f"HTTPS://TZSB.SUZHOU.GOV.CN/Q/{SIGNED}",
        f"https://tzsb.suzhou.gov.cn/q/{SIGNED.lower()}",
        f"http://127.0.0.1:8000/q/{SIGNED}",
        f"https://tzsb.suzhou.gov.cn/q/{SIGNED}/",
        f"https://tzsb.suzhou.gov.cn/q/{SIGNED}?from=singlemessage#top",
        f"https://another.example.cn/some/where/q/{SIGNED}",
        f"tzsb.suzhou.gov.cn/q/{SIGNED}",
        f"  {SIGNED}\r\n",
        f"{codes.grouped(GOOD)}.{codes.mac(GOOD, KEYS)}",
        f"HTTPS：、、TZSB。SUZHOU。GOV。CN、Q、{SIGNED.replace('.', '。')}",
    ],
)
def test_whatever_a_scanner_delivers_is_the_signed_code(text):
    scanned = codes.split(text)
    assert scanned == Scanned(GOOD, codes.mac(GOOD, KEYS))
    assert codes.verify(scanned, KEYS) == "ok"


@pytest.mark.parametrize("text", [GOOD, codes.grouped(GOOD), GOOD.lower(), f"{GOOD}."])
def test_a_bare_code_is_good_but_unsigned(text):
    assert codes.split(text) == Scanned(GOOD, None)
    assert codes.verify(codes.split(text), KEYS) == "unsigned"


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "/",
        "/q/",
        "https://tzsb.suzhou.gov.cn/",
        "https://tzsb.suzhou.gov.cn/elevators/17",
        f"https://tzsb.suzhou.gov.cn/x/{SIGNED}",
        "R5001123456",
        "999000000031",
        "[TS1234,C00112,瓶,2020年01月](平台)",
        "气瓶",
        GOOD + "0",
        GOOD[:-1],
        "AB" + GOOD[2:],
        "9" * 100_000,
        "\x00\ud800",
    ],
)
def test_what_is_not_ours_is_unreadable(text):
    assert codes.verify(codes.split(text), KEYS) == "unreadable"


def test_a_mistyped_code_is_told_before_its_mac_is_looked_at():
    wrong = GOOD[:6] + ("2" if GOOD[6] != "2" else "3") + GOOD[7:]
    assert codes.verify(codes.split(wrong), KEYS) == "bad_check"
    assert codes.verify(codes.split(SIGNED.replace(GOOD, wrong)), KEYS) == "bad_check"


def test_a_changed_mac_is_caught_at_every_place():
    signature = codes.mac(GOOD, KEYS)
    for place in range(codes.MAC_LENGTH):
        for other in set(codes.ALPHABET) - {signature[place]}:
            changed = signature[:place] + other + signature[place + 1 :]
            assert codes.verify(Scanned(GOOD, changed), KEYS) == "bad_mac"


@pytest.mark.parametrize("signature", ["0", "签名", codes.mac(GOOD, KEYS) + "0", codes.mac(GOOD, KEYS)[:15]])
def test_a_mac_of_another_form_is_bad(signature):
    assert codes.verify(Scanned(GOOD, signature), KEYS) == "bad_mac"


def test_the_mac_of_another_code_or_city_is_bad():
    other = codes.new_code(version="1")
    assert codes.verify(Scanned(GOOD, codes.mac(other, KEYS)), KEYS) == "bad_mac"
    foreign = codes.mac(GOOD, {"1": b"the secret of a neighbouring city"})
    assert codes.verify(Scanned(GOOD, foreign), KEYS) == "bad_mac"


def test_old_labels_outlive_a_new_key_and_a_new_host():
    old = codes.split(codes.qr_url("https://old.example.cn", GOOD, {"1": KEYS["1"]}))
    assert codes.verify(old, KEYS) == "ok"
    new = codes.new_code(version="2")
    assert codes.verify(codes.split(codes.qr_url("https://new.example.cn", new, KEYS)), KEYS) == "ok"
    assert codes.mac(new, KEYS) != codes.mac(new, {"2": KEYS["1"]})


def test_a_key_that_was_withdrawn_verifies_nothing_and_signs_nothing():
    assert codes.verify(codes.split(SIGNED), {"2": KEYS["2"]}) == "bad_mac"
    with pytest.raises(KeyError):
        codes.mac(GOOD, {"2": KEYS["2"]})


def test_the_qr_text_is_upper_case_and_of_one_length():
    url = codes.qr_url("https://tzsb.suzhou.gov.cn/", GOOD, KEYS)
    assert url == f"HTTPS://TZSB.SUZHOU.GOV.CN/Q/{SIGNED}"
    assert codes.qr_url("http://127.0.0.1:8000", GOOD, KEYS) == f"HTTP://127.0.0.1:8000/Q/{SIGNED}"


@pytest.mark.parametrize(
    "base_url",
    ["", "tzsb.cn", "ftp://tzsb.cn", "https://", "https://tzsb.cn/Registry", "https://特设.cn", "https://a@tzsb.cn"],
)
def test_a_base_url_that_would_not_survive_upper_case_is_refused(base_url):
    with pytest.raises(ValueError, match="base URL"):
        codes.qr_url(base_url, GOOD, KEYS)


@given(st.text(max_size=120))
def test_no_text_breaks_the_reader(text):
    assert codes.verify(codes.split(text), KEYS) in ("unreadable", "bad_check", "bad_mac", "unsigned")


@given(st.text(alphabet="SZG0o1l.aZ9-/?# \tQq:。．ß", max_size=40) | st.text(max_size=20))
def test_a_code_as_scanners_send_it_is_taken_apart_like_any_text(text):
    """The short way for plain characters: a blank at the end, which changes no code, leads the long way."""
    assert codes.split(text) == codes.split(text + " ")
