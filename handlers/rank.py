"""/rank: the counties by what of their rectification is accepted."""

from dataclasses import replace

from handlers.reading import Scope, is_city, read_scope
from handlers.request import Call
from rules.policy import RateBasis
from services import overview
from text.reply import N_, Button, Reply

REPORTED_WORDS = frozenset({"上报", "reported"})


def rank(call: Call) -> Reply:
    """Rank the counties by rectification accepted, or reported where so asked; by results alone, never by activity.

    The city's people and group see every county. Everybody reads his own region's figures, so a county's people and
    group are told the county's place and its own rates, and no other county's.
    """
    rest = tuple(word for word in call.words if word.lower() not in REPORTED_WORDS)
    accepted = len(rest) == len(call.words)
    scope = read_scope(replace(call, words=rest))
    code = scope.workstream.code if scope.workstream else None
    rate_basis = scope.workstream.rate_basis if scope.workstream else RateBasis.FARMLAND
    figures = overview.by_county(call.session, call.today, None, code)
    places = overview.ranking(call.gazetteer.counties, figures, rate_basis, accepted=accepted)
    return call.reply(
        "rank",
        _switches(call, scope, accepted=accepted),
        region=scope.region,
        workstream=scope.workstream,
        rate_basis=rate_basis,
        accepted=accepted,
        places=[place for place in places if is_city(scope.region) or place.county.id == scope.region.id],
        ranked=sum(place.rank is not None for place in places),
        basis=overview.basis(call.session, call.office, call.today),
        replaces=True,
    )


def _switches(call: Call, scope: Scope, *, accepted: bool) -> tuple[Button, ...]:
    """Offer the other basis, and all work where one kind of it was asked for."""
    place, stream = scope.region.name, f" {scope.workstream.code}" if scope.workstream else ""
    other = (
        call.button(N_("按上报排"), f"/rank {place}{stream} reported")
        if accepted
        else call.button(N_("按认定排"), f"/rank {place}{stream}")
    )
    return (other, call.button(N_("全部工作"), f"/rank {place}")) if stream else (other,)
