"""/digest: the day's digest now, or every working day."""

from handlers.request import Call
from rules.permission import DIGEST_LEVELS, may_ask_for_digest
from rules.refusal import Refusal, Why
from services import identity
from services.digest import MOST_OVERDUE, ForReader, make_digest
from text.reply import N_, Reply

ON = frozenset({"on", "订阅", "开", "开启"})
OFF = frozenset({"off", "退订", "关", "关闭"})


def digest(call: Call) -> Reply:
    """Show the digest of one's region; ``on`` and ``off`` order and cancel it."""
    if not may_ask_for_digest(call.person):
        raise Refusal(Why.NO_DIGEST)
    person = call.known
    word = call.words[0].lower() if call.words else ""
    if word in ON | OFF:
        identity.wants_digest(call.session, call.act, person, word in ON)
        always = person.level in DIGEST_LEVELS
        return call.reply("digest_ordered", wants=word in ON, always=always, at=call.office.policy.digest_at)
    made = make_digest(call.session, call.office, call.home, call.request.now)
    region = made.region.name
    buttons = [call.button(N_("超期清单"), f"/overdue {region}"), call.button(N_("7日内到期"), f"/due 7 {region}")]
    if person.level not in DIGEST_LEVELS and not person.wants_digest:
        buttons.append(call.button(N_("每日订阅"), "/digest on"))
    own = ForReader.of(call.session, call.office, person, call.today)
    to_sign = (call.button(N_("待签发"), "/drafts"),) if own.letters else ()
    return call.reply(
        "digest", tuple(buttons), to_sign, digest=made, own=own, most=MOST_OVERDUE, reminder="", stays=True
    )
