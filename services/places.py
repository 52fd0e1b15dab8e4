"""What an office calls its regions besides their names."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session

from db.models import Region
from services.chain import Act, record
from text.regions import Gazetteer, key


def named_by(gazetteer: Gazetteer, alias: str, besides: Region) -> Region | None:
    """Return another region that the alias names already, alone or with others; spellings shared by several do not."""
    found = gazetteer.exact(alias)
    if found is not None and found.id != besides.id:
        return found
    others = (region for region in gazetteer.regions if region.id != besides.id)
    return next((other for other in others if key(alias) in written_names(other)), None)


def written_names(region: Region) -> set[str]:
    """Return the folded names of a region that are written and not merely spelt."""
    return {key(name) for name in (region.name, region.short_name, *region.aliases)}


def change_aliases(
    session: Session, act: Act, region_id: int, *, add: Iterable[str] = (), remove: Iterable[str] = ()
) -> Sequence[str]:
    """Give a region aliases and take some away; return those it has now."""
    region = session.get_one(Region, region_id)
    unwanted = {key(alias) for alias in remove}
    known = written_names(region) - unwanted
    kept = [alias for alias in region.aliases if key(alias) not in unwanted]
    new = {key(alias): alias for alias in add if key(alias) not in known}
    after = [*kept, *new.values()]
    if after != region.aliases:
        before = {"aliases": region.aliases}
        region.aliases = after  # a new list: a change inside the old one would not be stored
        session.add(region)
        record(session, act, subject=f"region:{region.code}", kind="aliases", before=before, after={"aliases": after})
    return after
