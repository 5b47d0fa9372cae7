"""The meanings of words in a stage's column, by what they usually mean."""

from collections.abc import Iterable, Mapping

MEANINGS: Mapping[str, tuple[str, ...]] = {
    "won": ("won", "gewonnen", "gagn", "ganad", "ganh", "vinta", "conclue"),
    "{lost: other}": ("lost", "verloren", "perdu", "perdid", "persa", "abandoned", "cancel"),
    "negotiation": ("negotiat", "contract", "review", "verhandl", "commit"),
    "proposal": ("propos", "quote", "offer", "angebot", "pric", "bought-in"),
    "unqualified": ("unqualified", "prospect", "lead", "new", "appointment", "contact made"),
    "qualified": ("qualif", "demo", "analys", "value", "decision", "engag", "develop", "dévelop"),
}
"""The parts of words by stage, in the order in which they are tried."""
UNKNOWN = "unqualified"
MOST_WORDS = 60


def distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value.strip() for value in values))[:MOST_WORDS]


def guess_stage(word: str) -> str | None:
    lowered = word.lower()
    return next((stage for stage, parts in MEANINGS.items() if any(part in lowered for part in parts)), None)
