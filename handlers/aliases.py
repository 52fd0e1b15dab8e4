"""/alias: what the office calls its counties besides their names."""

from dataclasses import dataclass

from db.models import Region
from handlers.reading import find_workstream
from handlers.request import Call
from rules.refusal import Refusal, Why
from services.places import change_aliases, named_by
from text.regions import key
from text.reply import Reply

SHORTEST, LONGEST = 2, 20  # characters


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """An alias that cannot be: it names another region, or (``named`` is None) is no name at all."""

    alias: str
    named: Region | None


def alias(call: Call) -> Reply:
    """Read COUNTY [ALIAS...] [-ALIAS...]: add, take away, or say the aliases; all of what is said or nothing."""
    if not call.words:
        aliased = [region for region in call.gazetteer.regions if region.aliases]
        return call.reply("alias", listed=aliased, county=call.example_county)
    region = _region(call)
    add = [word for word in call.words[1:] if not word.startswith("-")]
    remove = [word[1:] for word in call.words[1:] if word.startswith("-")]
    troubles = [trouble for word in add if (trouble := _trouble(call, region, word))]
    if troubles:
        return call.reply("alias", region=region, troubles=troubles)
    missing = [word for word in remove if key(word) not in map(key, region.aliases)]
    now = change_aliases(call.session, call.act, region.id or 0, add=add, remove=remove)
    return call.reply("alias", region=region, aliases=now, missing=missing, changed=list(now) != region.aliases)


def _region(call: Call) -> Region:
    name, *rest = call.words
    match = call.gazetteer.find(name)
    if match is not None and match.exact and match.region is not None:
        return match.region
    likely = match.likely if match else ()
    choices = tuple((region.name, " ".join(["/alias", region.name, *rest])) for region in likely)
    raise Refusal(Why.UNKNOWN_REGION, choices=choices, word=name)


def _trouble(call: Call, region: Region, word: str) -> Trouble | None:
    named = named_by(call.gazetteer, word, region)
    if named is not None or not _can_be_name(call, word):
        return Trouble(alias=word, named=named)
    return None


def _can_be_name(call: Call, word: str) -> bool:
    """Tell whether a word is no amount, no command and no workstream, which it would hide from then on."""
    spoken = {said for command in call.commands.values() for said in (command.name, *command.aliases)}
    fits = SHORTEST <= len(word) <= LONGEST and key(word).isalpha()
    return fits and key(word) not in spoken and find_workstream(call, word) is None
