"""The notation of numbers and times: decimals by the rules of a locale, times in a zone that is named. No float."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

FALLBACK = "en_GB"
DASH = "–"


@lru_cache(maxsize=256)
def locale_of(accept_language: str) -> str:
    """The first language of the header that is known."""
    for part in accept_language.split(",")[:10]:
        try:
            return str(Locale.parse(part.partition(";")[0].strip(), sep="-"))
        except (ValueError, UnknownLocaleError):
            continue
    return FALLBACK


def money(amount: str | None, currency: str | None, locale: str) -> str:
    """An amount as an answer gives it, to the cent; without a currency the bare number."""
    if amount is None:
        return DASH
    value = Decimal(amount)
    if currency is None:
        return format_decimal(value, "#,##0.00", locale=locale)
    return format_currency(value, currency, locale=locale)


def short(amount: str | None, currency: str | None, locale: str) -> str:
    """The amount without decimals that are zero, for tables and pictures that are read at a glance."""
    if amount is None or (value := Decimal(amount)) != value.to_integral_value():
        return money(amount, currency, locale)
    if currency is None:
        return format_decimal(value, "#,##0", locale=locale)
    pattern = Locale.parse(locale).currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(value, currency, pattern, locale=locale, currency_digits=False)


def percent(ratio: str | None, locale: str) -> str:
    return DASH if ratio is None else format_percent(Decimal(ratio), "#,##0.#%", locale=locale)


def ratio(value: str | None, locale: str) -> str:
    return DASH if value is None else f"{format_decimal(Decimal(value), '#,##0.0', locale=locale)}×"


def count(value: int | None, locale: str) -> str:
    return DASH if value is None else format_decimal(value, locale=locale)


def day(value: str | date | None, locale: str) -> str:
    if value is None:
        return DASH
    return format_date(date.fromisoformat(value) if isinstance(value, str) else value, "medium", locale=locale)


def instant(value: str | datetime | None, zone: str, locale: str) -> str:
    """The instant in the business time zone, such as `2 Mar 2026, 13:00 CET`."""
    if value is None:
        return DASH
    at = in_zone(value, zone)
    return f"{format_date(at.date(), 'medium', locale=locale)}, {at:%H:%M} {at.tzname()}"


def in_zone(value: str | datetime, zone: str) -> datetime:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.astimezone(ZoneInfo(zone))
