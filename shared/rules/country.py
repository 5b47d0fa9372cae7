"""Countries as forms and other systems write them: by code, or by one of their English names."""

import re
from collections.abc import Mapping
from functools import lru_cache
from unicodedata import combining, normalize

from babel import Locale
from babel.core import get_global

NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Codes of two letters that the Unicode consortium gives to unions, oceans and tests."""
OTHER_NAMES = {
    "AE": ("UAE",),
    "BN": ("Brunei Darussalam",),
    "BO": ("Bolivia, Plurinational State of",),
    "CD": ("Democratic Republic of the Congo", "Congo, Democratic Republic of the"),
    "CG": ("Congo", "Republic of the Congo"),
    "CI": ("Ivory Coast",),
    "CV": ("Cabo Verde",),
    "CZ": ("Czech Republic",),
    "FM": ("Micronesia, Federated States of",),
    "GB": ("U.K.", "Great Britain", "England", "Scotland", "Wales", "Northern Ireland"),
    "HK": ("Hong Kong",),
    "IR": ("Iran, Islamic Republic of", "Islamic Republic of Iran"),
    "KP": ("Korea, Democratic People's Republic of",),
    "KR": ("Korea", "Republic of Korea", "Korea, Republic of"),
    "LA": ("Lao People's Democratic Republic",),
    "MD": ("Republic of Moldova", "Moldova, Republic of"),
    "MK": ("Macedonia",),
    "MM": ("Myanmar", "Burma"),
    "MO": ("Macao", "Macau"),
    "NL": ("Holland",),
    "PS": ("Palestine", "Palestine, State of"),
    "RU": ("Russian Federation",),
    "SY": ("Syrian Arab Republic",),
    "SZ": ("Swaziland",),
    "TR": ("Turkey",),
    "TW": ("Taiwan, Province of China",),
    "TZ": ("United Republic of Tanzania", "Tanzania, United Republic of"),
    "US": ("U.S.", "U.S.A.", "America", "United States of America"),
    "VA": ("Vatican", "Holy See"),
    "VE": ("Venezuela, Bolivarian Republic of",),
    "VN": ("Viet Nam",),
}
"""English names that are in use besides the one of the Unicode consortium."""


def country_code(country: str) -> str:
    """ISO 3166-1 alpha-2, of a code of two or three letters or an English name. Raises `ValueError`."""
    code = codes_by_spelling().get(letters(country))
    if code is None:
        raise ValueError("must be a country: its code of two letters, such as DE, or its English name")
    return code


def letters(country: str) -> str:
    """Words in lower case, without accents, punctuation and a leading article. Other scripts stay as they are: a
    transliteration of two letters would be another country's code."""
    plain = "".join(each for each in normalize("NFKD", country.casefold()) if not combining(each))
    return " ".join(re.findall(r"\w+", plain.replace("&", " and "))).removeprefix("the ")


@lru_cache
def codes_by_spelling() -> Mapping[str, str]:
    names = {code: name for code, name in Locale("en").territories.items() if re.fullmatch("[A-Z]{2}", code)}
    known = names.keys() - NO_COUNTRIES
    aliases = {letters(alias): codes[0] for alias, codes in get_global("territory_aliases").items() if len(codes) == 1}
    spellings = {alias: code for alias, code in aliases.items() if alias.isalpha() and code in known}
    spellings |= {letters(text): code for code in known for text in (code, names[code])}
    return spellings | {letters(name): code for code, others in OTHER_NAMES.items() for name in others}
