"""The sample city moved in: files imported, officials with accounts, groups bound, as an office would have them."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from db.models import Level, Person, Region
from db.queries import people, regions, set_mark
from db.store import Store
from handlers.importing import import_file
from rehearsal.lookalike import Lookalike
from rehearsal.shown import Resident
from rules.permission import reads_whole_city
from rules.policy import Office
from services import identity
from services.chain import Act
from services.office import REHEARSAL_MARK
from text.regions import Gazetteer

CITY = Path(__file__).with_name("city")
FILES = (
    ("counties", "county_state.csv"),
    ("officials", "officials.csv"),
    ("targets", "targets.csv"),
    ("workdays", "workdays_2026.csv"),
    ("ledger", "ledger_clean.csv"),
    ("history", "progress_history.csv"),
)
FIRST_ACCOUNT = 10_000  # an official's account is this number and his own
FIRST_GROUP = 100_000


def load_city(
    store: Store, office: Office, now: datetime, files: Sequence[tuple[str, str]] = FILES
) -> None:  # fmt: skip
    """Import the sample city's files and mark the database as a rehearsal's."""
    for kind, name in files:
        import_file(store, office, kind, CITY / name, now, None)
    with store.writing() as session:
        set_mark(session, REHEARSAL_MARK, "yes")


def move_in(store: Store, telegram: Lookalike, now: datetime) -> list[Resident]:
    """Give every official an account that has started the bot, and every region its bound group."""
    with store.writing() as session:
        everyone, gazetteer = people(session), Gazetteer(regions(session))
        act = Act(key=f"rehearsal:{now.isoformat()}", at=now, said_in="rehearsal")
        for person in everyone:
            telegram.add_person(account_of(person), person.name, started=True)
            identity.link(session, act, person, f"telegram:{account_of(person)}")
        for region in gazetteer.regions:
            _open_group(session, telegram, act, region, everyone)
    return [
        Resident(id=account_of(p), name=p.name, post=p.post, county=gazetteer.get(p.region_id).name) for p in everyone
    ]


def _open_group(session: Session, telegram: Lookalike, act: Act, region: Region, everyone: list[Person]) -> None:
    is_city = region.parent_id is None
    title = f"{region.name}督察整改工作群" if is_city else f"{region.name}整改群"
    office = [p for p in everyone if p.level in (Level.CITY_OFFICE, Level.CITY_OPERATOR)]
    members = everyone if is_city else [p for p in everyone if p.region_id == region.id] + office
    if is_city:  # leaders, the office, and of each county its deputies and the head of its bureau
        members = [p for p in everyone if reads_whole_city(p) or p.level == Level.DEPUTY or p.post == "局长"]
    telegram.add_group(group_of(region), title, [account_of(person) for person in members])
    identity.bind(session, act, f"telegram:{group_of(region)}", title, region)


def account_of(person: Person) -> int:
    """Return the look-alike's user id of an official."""
    return FIRST_ACCOUNT + int("".join(character for character in person.official_id if character.isdigit()))


def group_of(region: Region) -> int:
    """Return the look-alike's chat id of a region's group; supergroups have such numbers."""
    return -(1_000_000_000_000 + FIRST_GROUP + (region.id or 0))
