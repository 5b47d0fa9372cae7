"""Leads as they are shown: those that are merged into one are one lead, by each of their ids."""

from services.lead_intake.lead.history import HISTORY, History, sealed_values
from shared.web.routing.call import Call
from shared.web.routing.folded import Folded, no_texts


async def fold_lead(call: Call, lead_id: str) -> Folded[History]:
    """The survivor with everything of the leads that are merged into it. Raises `Missing`."""
    survivor = await fold_one(call, lead_id)
    if survivor.state.merged_into is not None:
        survivor = await fold_one(call, survivor.state.merged_into)
    history, texts = survivor.state, dict(survivor.texts)
    for absorbed_id in survivor.state.absorbed:
        absorbed = await fold_one(call, absorbed_id)
        history, texts = history.with_all_of(absorbed.state), texts | dict(absorbed.texts)
    if survivor.state.absorbed:
        call.response.headers["ETag"] = f'"{survivor.version}"'
    return Folded(survivor.subject, history, survivor.version, texts=texts)


async def fold_one(call: Call, lead_id: str) -> Folded[History]:
    return await call.fold(HISTORY, lead_id, sealed_values)


async def emails_of(call: Call, lead_id: str) -> set[str]:
    """The e-mail addresses that the person ever had here."""
    folded = await fold_lead(call, lead_id)
    history = folded.state
    sealed = [*(capture.person for capture in history.captures), *(change.person for change in history.profiles)]
    people = [folded.text(person) or {} for person in sealed]
    return {person["email"] for person in people if "email" in person}


async def survivor_id(call: Call, lead_id: str) -> str:
    """The lead as which this one is shown."""
    return (await call.fold(HISTORY, lead_id, no_texts)).state.merged_into or lead_id


def people_with_data(folded: Folded[History]) -> list[str]:
    """The ids of the persons whose data is not erased. While an erasure is under way, merged leads differ in that."""
    captures = folded.state.captures
    return list(dict.fromkeys(each.person_id for each in captures if folded.text(each.person) is not None))


def person_ids(history: History) -> list[str]:
    """The survivor's first."""
    return list(dict.fromkeys(capture.person_id for capture in history.captures))
