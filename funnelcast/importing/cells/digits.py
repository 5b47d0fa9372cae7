"""Digits and signs of numbers and dates in any script, as the ones that mappings name."""

import unicodedata
from collections.abc import Mapping

FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
ARABIC_SIGNS = {0x066A: "%", 0x066B: ".", 0x066C: ","}
SIGNS: Mapping[int, str] = {**FULL_WIDTH, **ARABIC_SIGNS, 0x3000: " "}


def with_ascii_digits(text: str) -> str:
    """`\u0661\u066c\u0665\u0660\u0660` is `1,500`. Superscripts and fractions are no digits, and stay."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(each, each)) for each in text.translate(SIGNS))
