"""Codes and numbers of the trade: one checker per identifier.

Every checker takes what a clerk typed or a spreadsheet held, returns the one form that is stored,
and raises `IdentifierError` with a sentence in Chinese and in English. An empty text is refused:
whether a field may be missing is not decided here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, Z, S, V
_ID_CHECK = "10X98765432"  # GB 11643-1999, ISO 7064 MOD 11-2
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class IdentifierError(ValueError):
    """An identifier that cannot be right; `zh` and `en` say why, for the person who typed it."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh = zh
        self.en = en


def normalise(text: str) -> str:
    """Full-width letters, digits and brackets to half-width, upper case, no blanks."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).upper()


def _matched(pattern: str, text: str, zh: str, en: str) -> re.Match[str]:
    found = re.fullmatch(pattern, text, re.ASCII)
    if found is None:
        raise IdentifierError(zh, en)
    return found


def _check_character(first17: str) -> str:
    total = sum(CREDIT_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(first17))
    return CREDIT_ALPHABET[-total % 31]


def complete_credit_code(first17: str) -> str:
    """The whole 18-character credit code of its first 17 characters (GB 32100-2015)."""
    code = normalise(first17)
    _credit_characters(code, 17)
    return code + _check_character(code)


def _credit_characters(code: str, length: int) -> None:
    if len(code) != length:
        raise IdentifierError(
            f"统一社会信用代码应为{length}位，现为{len(code)}位",
            f"A unified social credit code has {length} characters here, not {len(code)}",
        )
    wrong = next((char for char in code if char not in CREDIT_ALPHABET), None)
    if wrong:
        raise IdentifierError(
            f"统一社会信用代码中不会出现“{wrong}”（不用字母I、O、Z、S、V）",
            f"“{wrong}” does not occur in a unified social credit code (no letters I, O, Z, S, V)",
        )
    if not code[2:8].isdigit():
        raise IdentifierError(
            "统一社会信用代码第3至8位应为登记机关行政区划码（数字）",
            "Characters 3 to 8 of a unified social credit code are the digits of the area",
        )


def credit_code(text: str) -> str:
    """统一社会信用代码: 18 characters with check character (GB 32100-2015)."""
    code = normalise(text)
    _credit_characters(code, 18)
    if code[-1] != _check_character(code[:17]):
        raise IdentifierError(
            "统一社会信用代码校验位不符，请核对是否录错",
            "The check character of the unified social credit code is wrong: please compare it again",
        )
    return code


def use_cert_no(text: str, *, cert_digits: str | None = None, province: str = "皖") -> str:
    """使用登记证编号 of an elevator, such as 梯11皖L00001(23) (elevators.md §1.2).

    `cert_digits` are the two catalogue digits of the kind it is said to be; `province` the short name
    of the province whose offices give the numbers.
    """
    number = normalise(text)
    found = _matched(
        rf"梯(1[123]|2[12]|3[12]|4[123]){province}[A-Z][0-9A-Z][0-9]{{4}}\([0-9]{{2}}\)",
        number,
        f"使用登记证编号应形如“梯11{province}L00001(23)”",
        f"A use registration number looks like “梯11{province}L00001(23)”",
    )
    if cert_digits is not None and found[1] != cert_digits:
        raise IdentifierError(
            f"使用登记证编号中的品种代号为{found[1]}，与所选品种（{cert_digits}）不符",
            f"The number says kind {found[1]}, but the chosen kind is {cert_digits}",
        )
    return number


def device_code(text: str) -> str:
    """设备代码 of an elevator, given by its maker for life: 17 or 18 characters (elevators.md §1.2)."""
    code = normalise(text)
    _matched(
        r"3[0-9]{3}\d{2}\d{3}(19|20)\d{2}[0-9A-Z]{4,5}",
        code,
        "设备代码应为17或18位：3开头的4位类别代码、5位许可机关与许可序号、4位制造年份、4或5位序号",
        "A device code has 17 or 18 characters: 4 digits of kind beginning with 3, 5 of the licence, "
        "4 of the year made, 4 or 5 of serial",
    )
    return code


def register_code(text: str) -> str:
    """注册代码 of an elevator: 4 kind, 6 area, 6 year and month of registration, 4 serial."""
    code = normalise(text)
    _matched(
        r"3\d{3}\d{6}(19|20)\d{2}(0[1-9]|1[0-2])\d{4}",
        code,
        "注册代码应为20位数字：4位类别、6位区划、6位登记年月、4位序号",
        "A registration code has 20 digits: 4 of kind, 6 of area, 6 of year and month, 4 of serial",
    )
    return code


def rescue_code(text: str) -> str:
    """96366 救援识别码: 5 to 8 digits, leading zeros kept (elevators.md §6.1)."""
    code = normalise(text)
    _matched(r"\d{5,8}", code, "救援识别码应为5至8位数字", "A rescue code has 5 to 8 digits")
    return code


def permit_number(text: str) -> str:
    """许可证编号 of a maker, installer or repairer: TS, seven characters, the year of expiry."""
    number = normalise(text)
    _matched(
        r"TS[A-Z0-9]{7}-\d{4}",
        number,
        "许可证编号应形如“TS3310123-2028”（末四位为有效期年份）",
        "A permit number looks like “TS3310123-2028” (the last four digits are the year of expiry)",
    )
    return number


def filling_licence_no(text: str) -> str:
    """气瓶充装许可证编号: TS42, province, serial, year of expiry (cylinders.md §3, K2)."""
    number = normalise(text)
    _matched(
        r"TS42\d{2}[0-9A-Z]{3}-20\d{2}",
        number,
        "充装许可证编号应形如“TS4234001-2028”",
        "A filling licence number looks like “TS4234001-2028”",
    )
    return number


def cylinder_registration_code(text: str) -> str:
    """气瓶注册代码 (TSG R5001-2005): variety 1, province 2, unit 3, serial 6; LPG may drop the variety.

    Only vehicle cylinders (variety 5) carry the letter O and a prefecture in place of the unit.
    """
    code = normalise(text)
    found = _matched(
        r"([1-6])?\d{2}(\d{3}|O\d{2})[0-9A-Z]\d{5}",
        code,
        "气瓶注册代码应为12位（品种1、省份2、单位3、序号6），液化石油气瓶可省略品种为11位",
        "A cylinder registration code has 12 characters (variety 1, province 2, unit 3, serial 6); "
        "LPG cylinders may leave the variety out",
    )
    if found[2].startswith("O") and found[1] != "5":
        raise IdentifierError(
            "单位代号以字母O开头的只能是车用气瓶（品种5）",
            "Only vehicle cylinders (variety 5) have a unit that begins with the letter O",
        )
    return code


def cylinder_cert_no(text: str) -> str:
    """气瓶使用登记证编号, such as 瓶10皖L00001(25).

    The form is that of TSG 08-2017 and may have changed (K2): warn with the message, do not refuse.
    """
    number = normalise(text)
    _matched(
        r"瓶\d{2}[\u4e00-\u9fff][A-Z][0-9A-Z]\d{4}\(\d{2}\)",
        number,
        "气瓶使用登记证编号一般形如“瓶10皖L00001(25)”，请核对",
        "A cylinder registration number usually looks like “瓶10皖L00001(25)”: please compare it",
    )
    return number


def phone(text: str) -> str:
    """A mobile number of 11 digits, or area code and number: 0557-3021234, 0557-3021234-801."""
    digits = re.sub(r"[()]", "-", normalise(text)).replace("--", "-").strip("-")
    digits = re.sub(r"^(\+|00)86-?", "", digits)
    if re.fullmatch(r"1[3-9]\d-?\d{4}-?\d{4}", digits, re.ASCII):
        return digits.replace("-", "")
    found = _matched(
        r"(010|02\d|0[3-9]\d{2})-?([2-9]\d{6,7})(-\d{1,6})?",
        digits,
        "电话应为11位手机号，或区号加号码，如0557-3021234",
        "A phone number is 11 digits of a mobile, or area code and number such as 0557-3021234",
    )
    return f"{found[1]}-{found[2]}{found[3] or ''}"


def personnel_certificate(text: str) -> str:
    """特种设备作业人员证 number: an identity number with or without T before it, or an older number.

    The check digit is verified where the number is an identity number (GB 11643); older numbers are
    letters, digits and hyphens, for which no rule was found.
    """
    number = normalise(text)
    found = re.fullmatch(r"T?(\d{17})([0-9X])", number, re.ASCII)
    if found is None:
        _matched(
            r"(?=.*\d)[0-9A-Z][0-9A-Z-]{5,29}",
            number,
            "作业人员证编号应为6至30位字母、数字或连字符",
            "A personnel certificate number has 6 to 30 letters, digits or hyphens",
        )
        return number
    total = sum(int(digit) * weight for digit, weight in zip(found[1], _ID_WEIGHTS, strict=True))
    if found[2] != _ID_CHECK[total % 11]:
        raise IdentifierError(
            "作业人员证编号（身份证号）校验位不符，请核对是否录错",
            "The check digit of the certificate (identity) number is wrong: please compare it again",
        )
    return number


CHECKERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "credit_code": credit_code,
        "use_cert_no": use_cert_no,
        "device_code": device_code,
        "register_code": register_code,
        "rescue_code": rescue_code,
        "permit_number": permit_number,
        "filling_licence_no": filling_licence_no,
        "cylinder_registration_code": cylinder_registration_code,
        "cylinder_cert_no": cylinder_cert_no,
        "phone": phone,
        "personnel_certificate": personnel_certificate,
    }
)
