"""/comment, /units: several units at one duty."""

from db.models import Duty
from handlers.asking import REASON, forget_question, remember_question
from handlers.dates import as_written
from handlers.request import Call
from handlers.steps import one_duty
from rules.permission import may_bind
from rules.refusal import Refusal, Why
from services import cooperating
from text.reply import N_, Reply

OFF = frozenset({"off", "取消", "不用"})
FINISHED = frozenset({"done", "完成", "已完成"})


def comment(call: Call) -> Reply:
    """Leave a comment on a duty: /comment NUMBER TEXT."""
    duty, words = one_duty(call, "comment")
    said = as_written(call, words)
    if not said:
        remember_question(call, f"/comment {duty.number}", REASON)
        return call.reply("comment_question", duty=duty, is_group=call.request.is_group, numbers=[duty.number])
    cooperating.comment(call.session, call.office, call.act, duty, said)
    forget_question(call)
    look = (call.button(N_("查看"), f"/duty {duty.number}"),)
    return call.reply("comment_noted", look, duty=duty, said=said, numbers=[duty.number])


def units(call: Call) -> Reply:
    """Say which units each have to finish: /units NUMBER UNIT、UNIT; or show who has, and note it for one."""
    duty, words = one_duty(call, "units")
    if not words:
        return show_parts(call, duty)
    if not may_bind(call.person, call.today):
        raise Refusal(Why.OFFICE_ONLY)
    if words[-1].lower() in FINISHED:
        found = cooperating.parts(call.session, duty)
        unit = next((one for one in (*found.missing, *found.done) if one == words[0]), None)
        if unit is None:
            raise Refusal(Why.UNKNOWN_WORD, word=words[0])
        cooperating.finish_part(call.session, call.office, call.act, duty, unit)
    else:
        wanted = [] if words[0].lower() in OFF else words
        cooperating.demand(call.session, call.act, duty, wanted)
    return show_parts(call, duty)


def show_parts(call: Call, duty: Duty) -> Reply:
    """Say which units have finished and which have not."""
    found = cooperating.parts(call.session, duty)
    rows = []
    if not found.missing and found.done and duty.each_unit:
        rows.append((call.button(N_("报完成"), f"/done {duty.number}"),))
    return call.reply("units_parts", *rows, duty=duty, parts=found, numbers=[duty.number])
