"""Templates: autoescaped HTML, with the formats of numbers and times as filters."""

import re
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.requests import Request

from funnelcast.pages import formats
from funnelcast.pages.security import FOLDER

HERE = Path(__file__).parent
STATIC = HERE / "static"


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {"static": static, "address": address}
    made.filters |= {
        "money": money,
        "short": short,
        "percent": percent,
        "ratio": ratio,
        "count": count,
        "day": day,
        "instant": instant,
        "words": words,
        "sentence": sentence,
        "entry_text": entry_text,
    }
    return made


def render(template: str, values: Mapping[str, Any]) -> str:
    return environment().get_template(template).render(values)


def common_values(request: Request, zone: str) -> dict[str, Any]:
    """The values that every template may use."""
    locale = formats.locale_of(request.headers.get("accept-language", ""))
    return {"locale": locale, "zone": zone, "folder": FOLDER, "path": request.url.path, "person": None}


def static(name: str) -> str:
    """The address of a file of our own, in a folder that changes with any of them: browsers may keep it for ever, and a
    script that is imported by another one is found beside it."""
    return f"{FOLDER}/static/{static_version()}/{name}"


@cache
def static_version() -> str:
    digest = sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def address(path: str, *parts: Mapping[str, Any], **changes: Any) -> str:
    """A page's address with a query: `parts` and then `changes` over one another, without empty values."""
    merged: dict[str, Any] = {}
    for part in (*parts, changes):
        merged |= part
    chosen = {name: value for name, value in merged.items() if value not in (None, "", (), [])}
    return f"{FOLDER}{path}" + (f"?{urlencode(chosen, doseq=True)}" if chosen else "")


def words(text: str) -> str:
    """A code as words: `pushed_out` is `Pushed out`."""
    return text.replace("_", " ").replace("-", " ").capitalize()


def sentence(text: str) -> str:
    """The text with a capital letter at its beginning, the others as they are."""
    return text[:1].upper() + text[1:]


@pass_context
def money(context: Context, amount: str | None, currency: str | None) -> str:
    return formats.money(amount, currency, context["locale"])


@pass_context
def short(context: Context, amount: str | None, currency: str | None) -> str:
    return formats.short(amount, currency, context["locale"])


@pass_context
def percent(context: Context, value: str | None) -> str:
    return formats.percent(value, context["locale"])


@pass_context
def ratio(context: Context, value: str | None) -> str:
    return formats.ratio(value, context["locale"])


@pass_context
def count(context: Context, value: int | None) -> str:
    return formats.count(value, context["locale"])


@pass_context
def day(context: Context, value: str | None) -> str:
    return formats.day(value, context["locale"])


@pass_context
def instant(context: Context, value: str | None) -> str:
    return formats.instant(value, context["zone"], context["locale"])


@pass_context
def entry_text(context: Context, entry: Mapping[str, Any], people: Mapping[str, str]) -> str:
    """The text of a timeline's entry, with the names of owners, and with amounts and days by the reader's locale."""
    known = {"_elsewhere": "an owner elsewhere"} | dict(people)
    written = {owner: known.get(owner, owner) for owner in entry["owners"]}
    written |= {f"{each['amount']} {each['currency']}": money(context, **each) for each in entry["amounts"]}
    written |= {each: day(context, each) for each in entry["days"]}
    if not written:
        return str(entry["text"])
    any_of_them = "|".join(map(re.escape, sorted(written, key=len, reverse=True)))
    return re.sub(rf"(?<![\w.-])(?:{any_of_them})(?![\w-])", lambda found: written[found[0]], entry["text"])
