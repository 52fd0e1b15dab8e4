"""/why: why a duty has its light, and what would change it."""

from handlers.duty import one_duty, report_buttons
from handlers.lists import describe
from handlers.request import Call
from rules.lights import reason
from text.reply import N_, Reply


def why(call: Call) -> Reply:
    """Say why a duty has its light; without a number, the duty that the replied-to message is about."""
    found = one_duty(call, _numbers(call))
    reports = report_buttons(call, found)
    return call.reply(
        "why",
        (*reports, call.button(N_("谁负责"), f"/who {found.number}")),
        **describe(call, found),
        reason=reason(found, call.today, call.office.policy),
        may_report=bool(reports),
        lag_blue=call.office.policy.duty_blue_points,
        lag_yellow=call.office.policy.duty_yellow_points,
        near_days=call.office.policy.near_days,
        numbers=[found.number],
    )


def _numbers(call: Call) -> list[str]:
    """Of "为什么 是黄灯" only a number names a duty; in reply to a message the rest of the question is no number."""
    said = [word for word in call.words if any(character.isdigit() for character in word)]
    return said[:1] or call.quoted or list(call.words[:1])
