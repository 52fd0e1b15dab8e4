"""docs/messages.md shows every message in both languages with the sample city's data; here it is made and compared.

To write it anew after a message changed: ``UPDATE_DOCS=1 pytest tests/test_messages_doc.py``.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from db.files import StoredFile, Upload
from db.ladder import Letter
from db.models import Duty, Notice, Outbox, OutboxKind, OutboxState, Person, Status
from db.queries import regions
from db.store import Store
from handlers.answer import answer
from handlers.request import Attachment, Request
from handlers.upload_work import work_on
from rehearsal.cast import CITY
from rules.policy import Office
from rules.refusal import Why
from scheduler.notices import render
from scheduler.plan import plan
from services import identity
from services.chain import Act, record
from services.ladder import climb
from services.notices import tell
from tests.conftest import NOW
from tests.handlers.dialogue import photos
from tests.message_scenes import CASES, LETTERS, LIFE, LISTS, NOTICE, Line
from text import reply as voice
from text.regions import Gazetteer
from text.reply import Reply, Speech

# its scenes are played once, by one process
pytestmark = pytest.mark.xdist_group("messages")

DOC = Path(__file__).parent.parent / "docs" / "messages.md"
CITY_GROUP, COUNTY_GROUP, OTHER_GROUP = "telegram:-1001", "telegram:-1002", "telegram:-1009"
MORNING = datetime.fromisoformat("2026-11-19T08:30+08:00")
INTERNAL = {
    "parts",
    "extend_parts",
    "told_parts",
    "evidence_caption",
    "list",
    "upload_parts",
    "table_parts",
    "who_parts",
    "draft_parts",
    "commitment_parts",
    "letter_parts",
    "pace_parts",
}  # pieces of other templates


PLANNED = (OutboxKind.REMINDER, OutboxKind.DIGEST)
ANSWER_ALL = "(逐处点选)"


def _ledger(*changes: tuple[str, str, str]) -> bytes:
    """The sample's ledger with something changed in some rows: (number, old, new); no new: the row is gone."""
    lines = (CITY / "ledger_clean.csv").read_text(encoding="utf-8-sig").splitlines()
    for number, old, new in changes:
        at = next(i for i, line in enumerate(lines) if line.startswith(f"{number},"))
        assert old in lines[at], (number, old)
        lines[at] = lines[at].replace(old, new, 1) if new else ""
    return "\n".join(line for line in lines if line).encode()


FILES: dict[str, bytes] = {
    "大台账.xlsx": bytes(21 * 1024 * 1024),
    "整改台账.xlsx": (CITY / "ledger.xlsx").read_bytes(),
    "11月台账.csv": _ledger(
        ("DC-2026-004", "50.86", "51.00"),
        ("DC-2026-046", ",awaiting_acceptance,,", ",closed,2026-11-17,"),
        ("WF-2026-002", ",closed,", ",in_progress,"),
        ("DC-2026-003", "DC-2026-003", ""),
    ),
    "县里的台账.csv": (
        "编号,县(市、区),面积(亩),整改时限,整改状态,包保干部意见\nXX-1,澜东区,3.5,2026-12-20,整改中,同意\n"
    ).encode(),
    "同样的台账.csv": _ledger(),
    "通知.docx": b"PK no workbook at all",
    "officials.csv": (CITY / "officials.csv").read_bytes().replace(b"000-", b"001-", 1),
}

_DRAFT = "county=澜东区 text=3号图斑20亩整改 due=2026-12-15 stream=illegal_land area=20 farmland=0"

SCENES = (
    Line("凭邀请链接加入", "stranger", "/start {code}"),
    Line("邀请码不能再用", "stranger", "/start {code}"),
    Line("帮助,县里责任人", "澜东区 马景民", "帮助"),
    Line("帮助,督察办主任在市群", "姜启林", "/help", CITY_GROUP),
    Line("帮助,没有绑定的群", "stranger2", "/help", OTHER_GROUP),
    Line("帮助,陌生人", "stranger2", "/help"),
    Line("选择语言", "澜东区 马景民", "/lang"),
    Line("语言定了", "澜东区 马景民", "/lang {language}"),
    Line("绑定群", "苗宏宁", "/bind 澜东区", COUNTY_GROUP),
    Line("加别名", "苗宏宁", "/alias 澜东区 老城 东城"),
    Line("去别名", "苗宏宁", "/alias 澜东区 -东城"),
    Line("别名已有所指", "苗宏宁", "别名 澜西区 老城"),
    Line("全部别名", "姜启林", "别名"),
    Line("县的进度", "姜启林", "/status 澜东区", CITY_GROUP),
    Line("全市进度", "任景斌", "进度"),
    Line("全市一类工作", "任景斌", "进度 督察"),
    Line("县的一类工作", "澜东区 马景民", "进度 违法用地"),
    Line("我的事项", "澜东区 马景民", "我的事项"),
    Line("我的事项,代管的", "枫塘县 赵伟生", "我的事项"),
    Line("我的事项,没有", "澜东区 凤新", "我的事项"),
    Line("到期", "澜东区 马景民", "到期 7"),
    Line("到期,没有", "澜西区 马宏刚", "到期 7"),
    Line("今天到期", "枫塘县 赵伟生", "到期 0"),
    Line("超期", "任景斌", "超期"),
    Line("超期,没有", "梅冈县 秦德生", "超期"),
    Line("事项,私聊有姓名", "澜东区 马景民", "DC-2026-004"),
    Line("事项,群里没有姓名", "姜启林", "/duty DC-2026-029", CITY_GROUP),
    Line("排名,全市一类工作", "任景斌", "排名 督察"),
    Line("排名,按上报口径", "姜启林", "/rank 督察 上报", CITY_GROUP),
    Line("排名,县里只看自己的", "澜东区 马景民", "排名 矿山"),
    Line("序时进度,一个县", "澜东区 马景民", "序时"),
    Line("序时进度,全市", "任景斌", "序时进度"),
    Line("较8月,全市", "任景斌", "较8月"),
    Line("较8月,县里只看自己的", "澜东区 马景民", "/compare 督察"),
    Line("会议,可以对比的", "苗宏宁", "会议"),
    Line("会议,副市长", "任景斌", "会议"),
    Line("会议,记下", "苗宏宁", "会议 记 11月调度会"),
    Line("较一次会", "任景斌", "较上次 10-31 矿山"),
    Line("为什么超期", "澜东区 马景民", "为什么 DC-2026-004"),
    Line("为什么是黄灯", "任景斌", "/why DC-2026-003"),
    Line("为什么没有灯", "姜启林", "/why DC-2026-029", CITY_GROUP),
    Line("谁负责,一个县", "任景斌", "沙栗县谁负责"),
    Line("谁负责,休假的", "任景斌", "负责人 枫塘县 耕地"),
    Line("谁负责,群里没有姓名", "姜启林", "/who 枫塘县 耕地", CITY_GROUP),
    Line("谁负责,一件事项", "任景斌", "/who JY-2026-021"),
    Line("谁负责,哪个县", "任景斌", "谁负责 督察"),
    Line("报完成", "澜东区 马景民", "完成 DC-2026-004", keeps="done"),
    Line("撤销", "澜东区 马景民", "/undo {done}"),
    Line("报进展,问耕地", "澜东区 马景民", "进展 DC-2026-004 52"),
    Line("回答耕地", "澜东区 马景民", "27", keeps="first"),
    Line("再报进展,增加", "澜东区 马景民", "进展 DC-2026-004 又完成1亩 +0.5"),
    Line("报进展,问面积", "澜东区 马景民", "/progress DC-2026-004"),
    Line("代登记", "苗宏宁", "完成 DC-2026-003", keeps="other"),
    Line("日报", "任景斌", "日报"),
    Line("订日报", "澜东区 李明波", "日报 订阅"),
    Line("退日报", "澜东区 李明波", "日报 退订"),
    Line("退日报,按职务仍发", "姜启林", "日报 退订"),
    Line("导入,还没发文件", "姜启林", "导入", named="no_upload"),
    Line("文件太大", "苗宏宁", "", file="大台账.xlsx", named="file_too_large"),
    Line("发台账", "苗宏宁", "", file="整改台账.xlsx"),
    Line("逐处回答", "苗宏宁", "/import {upload} ask"),
    Line("答得不对", "苗宏宁", "2026年11月31日", named="bad_answer"),
    Line("答完了", "苗宏宁", ANSWER_ALL),
    Line("发改过的台账", "苗宏宁", "", file="11月台账.csv"),
    Line("问销号", "苗宏宁", "/import {upload} ask"),
    Line("问不见了的", "姜启林", "/import {upload} ask {key}"),
    Line("写入", "苗宏宁", "/import {upload} yes"),
    Line("撤销导入", "苗宏宁", "/import {upload} undo"),
    Line("导入已结束", "苗宏宁", "/import {upload} no", named="upload_over"),
    Line("发有新列的台账", "苗宏宁", "", file="县里的台账.csv"),
    Line("问新列", "苗宏宁", "/import {upload} ask"),
    Line("取消导入", "苗宏宁", "/import {upload} no"),
    Line("台账没有变化", "苗宏宁", "", file="同样的台账.csv"),
    Line("不是台账", "苗宏宁", "", file="通知.docx"),
    Line("发名册", "苗宏宁", "", file="officials.csv"),
    Line("写入名册", "苗宏宁", "/import {upload} yes"),
    Line("撤销名册", "苗宏宁", "/import {upload} undo", named="import_not_undone"),
    Line("名册没有变化", "苗宏宁", "", file="officials.csv"),
    Line("导出", "姜启林", "导出"),
    Line("导出超期", "姜启林", "导出 超期"),
    Line("导出进度表", "姜启林", "导出 进度 澜东区"),
    Line("导出日历", "澜东区 马景民", "导出 日历"),
    Line("不懂的命令", "澜东区 马景民", "/hello", named="unknown_command"),
    Line("不懂的话", "澜东区 马景民", "中午吃什么", named="not_understood"),
    Line("客气话", "澜东区 马景民", "收到，谢谢", named="courtesy"),
    Line("说得不够准，先问", "澜东区 马景民", "DC-2026-003明天能搞完", named="did_you_mean"),
    Line("可能的几件", "澜东区 马景民", "004搞完了"),
    Line("县名写错一点", "姜启林", "澜动区怎么样了"),
    Line("哪天完成的问题", "姜启林", "这周五能完成哪些"),
    Line("陌生人", "stranger2", "进度", named="stranger"),
    Line("没有绑定的群", "姜启林", "/status", OTHER_GROUP, named="group_not_bound"),
    Line("只能私聊", "姜启林", "/start abc", CITY_GROUP, named="private_only"),
    Line("只能在群里", "苗宏宁", "绑定 澜东区", named="group_only"),
    Line("只有督察办", "澜东区 马景民", "/bind 澜东区", CITY_GROUP, named="office_only"),
    Line("群里的陌生人", "stranger2", "/mine", CITY_GROUP, named="persons_only"),
    Line("不认识的县", "任景斌", "进度 长江县", named="unknown_region"),
    Line("别的县", "澜东区 马景民", "进度 澜西区", named="not_your_region"),
    Line("群里问别的县", "姜启林", "/status 澜西区", COUNTY_GROUP, named="not_this_group"),
    Line("多了的词", "澜东区 马景民", "进展 DC-2026-004 30 20 10", named="unknown_word"),
    Line("没写编号", "澜东区 马景民", "/duty", named="no_number"),
    Line("没有这个编号", "澜东区 马景民", "完成 DC-2099-001", named="unknown_number"),
    Line("是哪一件", "澜东区 马景民", "完成", named="which_duty"),
    Line("不是您的", "澜东区 俞景生", "完成 DC-2026-002", named="not_your_duty"),
    Line("不是面积", "澜东区 马景民", "进展 DC-2026-004 abc", named="bad_area"),
    Line("面积太大", "澜东区 马景民", "进展 DC-2026-004 5286", named="area_too_large"),
    Line("耕地多于面积", "澜东区 马景民", "进展 DC-2026-004 20 30", named="farmland_too_large"),
    Line("几件一个面积", "澜东区 马景民", "完成 DC-2026-004 DC-2026-002 5", named="one_area_one_duty"),
    Line("已报过", "苗宏宁", "完成 DC-2026-003", named="already_reported"),
    Line("已销号", "苗宏宁", "完成 WF-2026-002", named="already_closed"),
    Line("不能上报", "苗宏宁", "完成 WF-2026-014", named="not_reportable"),
    Line("别人报的", "澜东区 李明波", "/undo {other}", named="not_your_act"),
    Line("又有变动", "澜东区 马景民", "/undo {first}", named="changed_since"),
    Line("太久了", "苗宏宁", "撤销", later=timedelta(hours=25), named="undo_too_late"),
    Line("没有可撤销的", "澜西区 马宏刚", "撤销", named="nothing_to_undo"),
    Line("天数太长", "澜东区 马景民", "到期 99999", named="bad_days"),
    Line("不会的语言", "澜东区 马景民", "/lang fr", named="bad_language"),
    Line("看不到日报", "澜东区 马景民", "日报", named="no_digest"),
    Line("申请延期", "澜东区 马景民", "延期 DC-2026-002 12月31日 因连续降雨无法施工"),
    Line("申请延期,逾期才申请", "沙栗县 戚启", "延期 DC-2026-027 30天 资金未到位"),
    Line("申请延期,问日期", "澜东区 马景民", "延期 DC-2026-001"),
    Line("回答日期,问理由", "澜东区 马景民", "2027年4月30日"),
    Line("回答理由", "澜东区 马景民", "等待省厅批复"),
    Line("已有一件申请", "澜东区 李明波", "延期 DC-2026-001 2027年5月10日 材料短缺", named="extension_open"),
    Line("告知主任:有人申请延期", "姜启林", NOTICE),
    Line("待审批的延期申请", "姜启林", "延期申请"),
    Line("同意延期", "姜启林", "/decide 1 yes"),
    Line("改期,问日期", "姜启林", "/decide 2 change"),
    Line("改期", "姜启林", "11月30日 不得再延"),
    Line("不同意延期,问理由", "姜启林", "/decide 3 no"),
    Line("不同意延期", "姜启林", "省厅批复已到，可以施工"),
    Line("告知申请人:延期的审批结果", "澜东区 马景民", NOTICE),
    Line("待审批的延期申请,没有", "任景斌", "/extensions"),
    Line("已经审批", "姜启林", "审批延期 1 同意", named="extension_decided"),
    Line("没有这件申请", "姜启林", "/decide 99 yes", named="no_extension"),
    Line("不是主任", "苗宏宁", "/decide 1 yes", named="head_only"),
    Line("再次申请延期", "澜东区 马景民", "延期 DC-2026-002 20天 材料短缺"),
    Line("再次同意延期", "姜启林", "/decide 4 yes"),
    Line("延期次数用完", "澜东区 马景民", "延期 DC-2026-002 20天 材料短缺", named="extended_often"),
    Line("申请延期,代登记", "苗宏宁", "延期 DC-2026-012 2027年4月20日 春耕"),
    Line("不用延期", "苗宏宁", "延期 WF-2026-014 12月31日 雨季", named="not_extendable"),
    Line("没有时限可延", "苗宏宁", "延期 DC-2026-029 12月31日 雨季", named="no_deadline"),
    Line("日期不对", "苗宏宁", "延期 DC-2026-028 11月31日 雨季", named="bad_date"),
    Line("新时限太早", "苗宏宁", "延期 DC-2026-028 11月20日 雨季", named="extension_too_early"),
    Line("延得太长", "苗宏宁", "延期 DC-2026-028 2027年6月1日 雨季", named="extension_too_long"),
    Line("一句话下达,还缺类别", "姜启林", "请澜东区12月15日前完成3号图斑20亩整改,责任人马景民"),
    Line("下达,没有这个县", "姜启林", "北山12月底前把3号图斑那20亩整改到位"),
    Line("下达,没有这个人", "姜启林", f"/assign {_DRAFT} person=张三 draft=doc0 by=QL0003"),
    Line("下达前核对", "姜启林", f"/assign {_DRAFT} person=QL0014 draft=doc1 by=QL0003"),
    Line("下达前核对,在市群", "姜启林", f"/assign {_DRAFT} person=QL0014 draft=doc2 by=QL0003", CITY_GROUP),
    Line("取消下达", "姜启林", "/assign draft=doc2 by=QL0003 go=no"),
    Line("确认下达", "姜启林", f"/assign {_DRAFT} person=QL0014 draft=doc1 by=QL0003 go=yes", keeps="given"),
    Line("再次确认", "姜启林", f"/assign {_DRAFT} person=QL0014 draft=doc1 by=QL0003 go=yes", named="already_assigned"),
    Line("别人在拟的", "苗宏宁", f"/assign {_DRAFT} person=QL0014 draft=doc3 by=QL0003", named="not_your_draft"),
    Line("新事项报进展", "澜东区 马景民", "进展 WF-2026-069 5"),
    Line("下达后有变动", "姜启林", "/undo {given}", named="assignment_stands"),
    Line("另下达一件", "姜启林", f"/assign {_DRAFT} person=QL0014 draft=doc4 by=QL0003 go=yes", keeps="given"),
    Line("撤销下达", "姜启林", "/undo {given}"),
    *LIFE,
    *CASES,
    *LETTERS,
    *LISTS,
)
SAID_AT_THE_TERMINAL = {Why.UNKNOWN_PERSON}
# nobody of the sample both asks and decides; the chat asks for what is missing before it refuses
SAID_TO_NOBODY_HERE = {Why.OWN_REQUEST, Why.OWN_WORK, Why.STEP_NEEDS, Why.LETTER_EMPTY}


class Telling:
    """Plays the scenes in one language and notes what is said."""

    def __init__(self, store: Store, office: Office) -> None:
        self.store, self.office = store, office
        self.facts = {"language": office.language, "code": "", "upload": "", "key": ""}
        self.worked: dict[str, Reply] = {}
        self.count = 0

    def move_in(self) -> None:
        act = Act(key="doc", at=NOW)
        with self.store.writing() as session:
            for person in session.exec(select(Person)).all():
                identity.link(session, act, person, f"telegram:{person.official_id}")
            gazetteer = Gazetteer(regions(session))
            assert gazetteer.city
            identity.bind(session, act, CITY_GROUP, "", gazetteer.city)
            identity.bind(session, act, COUNTY_GROUP, "", gazetteer.counties[0])
            newcomer = identity.find_person(session, "澜东区 王志远")
            self.facts["code"] = identity.invite(session, act, newcomer, self.office.policy)
            climb(session, self.office, NOW + timedelta(days=7))  # when the first letters are due
            for letter in session.exec(select(Letter)):
                self.facts[f"{letter.step}_{gazetteer.get(letter.region_id).name}"] = str(letter.id)

    def says(self, line: Line) -> Reply | None:
        if line.says == ANSWER_ALL:
            return self._answers_all(line)
        if line.says == NOTICE:
            return self._is_told(line)
        self.count += 1
        with self.store.writing() as session:
            sender = f"telegram:{line.who}"
            if "stranger" not in line.who:
                sender = f"telegram:{identity.find_person(session, line.who).official_id}"
            said = answer(self._request(line, sender), session, _with(self.office, line.policy))
        undo = [b.command for row in said.buttons for b in row if b.command.startswith("/undo")] if said else []
        if line.keeps:
            self.facts[line.keeps] = undo[0].split()[1]
        self._work(line)
        asked = [button.command.split() for row in said.buttons for button in row] if said else []
        later = [words[-1] for words in asked if words[0] == "/import" and words[2] == "ask" and len(words) > 3]
        self.facts["key"] = later[0] if later else ""
        return said

    def _is_told(self, line: Line) -> Reply:
        """What waits to be told to a person goes out, so that the next notice is another message."""
        with self.store.writing() as session:
            chat = f"telegram:{identity.find_person(session, line.who).official_id}"
            waiting = (Outbox.kind == OutboxKind.ACT, Outbox.state == OutboxState.WAITING)
            row = session.exec(
                select(Outbox).where(Outbox.chat == chat, *waiting).order_by(col(Outbox.id).desc())
            ).first()
            assert row is not None, line.title
            row.state = OutboxState.SENT
            return _told(session, row, self.office)

    def _answers_all(self, line: Line) -> Reply | None:
        """Press one of each question's buttons, the likeliest where there is no other way, until nothing is asked."""
        said = self.says(replace(line, says="/import {upload} ask"))
        while said and (choices := [b.command for row in said.buttons for b in row if " ask" not in b.command]):
            keep = [command for command in choices if command.endswith(" keep")]
            said = self.says(replace(line, says=(keep or choices)[0]))
        return said

    def _work(self, line: Line) -> None:
        """Do what is to be done on uploads, as the program does it beside the chat."""
        with self.store.writing() as session:
            uploads = list(session.exec(select(Upload).where(text("state IN ('sent', 'confirmed')"))))
            for upload in uploads:
                if upload.file_id is None:
                    stored = StoredFile(name=upload.name, content=FILES[upload.name], created_at=NOW)
                    session.add(stored)
                    session.flush()
                    upload.file_id = stored.id
                self.facts["upload"] = str(upload.id)

        def say(_session: Session, _upload: Upload, reply: Reply) -> None:
            self.worked[
                f"{line.title}，核对后" if line.file or line.says == ANSWER_ALL else f"{line.title}，完成后"
            ] = reply

        for upload in uploads:
            work_on(self.store, self.office, upload.id or 0, NOW + timedelta(minutes=self.count), say)

    def _request(self, line: Line, sender: str) -> Request:
        return Request(
            key=f"doc:{self.count}", sender=sender, chat=line.chat or sender, text=line.says.format(**self.facts),
            now=NOW + timedelta(minutes=self.count) + line.later, is_group=line.chat is not None, chat_title="整改群",
            attachments=_attached(line.file) or photos(*(f"{self.count}-{n}" for n in range(line.photos))),
        )  # fmt: skip

    def notices(self) -> Iterator[tuple[str, Reply]]:
        """The next morning: a reminder of each kind and the leaders' digest."""
        with self.store.writing() as session:
            identity.unreachable(session, "telegram:QL0026", "blocked", MORNING)
            session.flush()
            plan(session, self.office, MORNING)
            for title, chat in (
                ("提醒责任人", "telegram:QL0014"), ("提醒分管领导,超期的", "telegram:QL0011"),
                ("提醒休假者的代理人", "telegram:QL0086"), ("日报,市领导", "telegram:QL0001"),
            ):  # fmt: skip
                query = select(Outbox).where(Outbox.chat == chat, col(Outbox.kind).in_(PLANNED))
                row = session.exec(query).first()
                assert row, title
                yield title, _told(session, row, self.office)
            yield "提醒,责任人联系不上时发到县群", self._in_group(session)
            yield "提醒验收人,超时没有验收的", self._to_reviewer(session)
            yield from self._acts(session)

    def _acts(self, session: Session) -> Iterator[tuple[str, Reply]]:
        """What somebody did, told to whom it concerns."""
        duty = session.exec(select(Duty).where(Duty.number == "JY-2026-021")).one()
        act = Act(key="doc-assigned", at=NOW, person=identity.find_person(session, "姜启林"))
        event = record(session, act, subject="duty:JY-2026-021", kind="assigned", duty_id=duty.id)
        tell(session, self.office, event, [identity.find_person(session, "沙栗县 贺启宁")], NOW)
        for title, chat in (
            ("告知责任人:新下发的事项", "telegram:QL9001"),
        ):  # fmt: skip
            row = session.exec(select(Outbox).where(Outbox.chat == chat, Outbox.kind == OutboxKind.ACT)).one()
            yield title, _told(session, row, self.office)

    def _to_reviewer(self, session: Session) -> Reply:
        reviewer = identity.find_person(session, "葛正超")
        row = Outbox(kind=OutboxKind.REMINDER, chat="telegram:QL0004", person_id=reviewer.id, created_at=MORNING,
                     send_after=MORNING)  # fmt: skip
        session.add(row)
        session.flush()
        reported = date(2026, 10, 27)
        for number in ("DC-2026-028", "DC-2026-046"):
            duty = session.exec(select(Duty).where(Duty.number == number)).one()
            duty.status, duty.stopped_on = Status.AWAITING_ACCEPTANCE, reported
            check_by = self.office.calendar.shift(reported, self.office.policy.check_workdays)
            session.add(Notice(key=number, duty_id=duty.id or 0, person_id=reviewer.id or 0, due_on=check_by,
                               rule="overdue", day=MORNING.date(), outbox_id=row.id))  # fmt: skip
        return _told(session, row, self.office)

    def _in_group(self, session: Session) -> Reply:
        row = Outbox(kind=OutboxKind.REMINDER, chat=COUNTY_GROUP, created_at=MORNING, send_after=MORNING)
        session.add(row)
        session.flush()
        duty = session.exec(select(Duty).where(Duty.number == "DC-2026-003")).one()
        assert duty.id
        assert duty.due_on
        duty.status = Status.IN_PROGRESS
        session.add(Notice(key="doc", duty_id=duty.id, person_id=14, due_on=duty.due_on, rule="lead-1w",
                           day=MORNING.date(), outbox_id=row.id, late=True))  # fmt: skip
        return _told(session, row, self.office)


def _with(office: Office, decided: dict[str, object]) -> Office:
    """The office as it would be had it decided otherwise."""
    if decided.get("needs_evidence"):
        decided = {"workstreams": tuple(replace(one, needs_evidence=True) for one in office.policy.workstreams)}
    return replace(office, policy=replace(office.policy, **decided))  # type: ignore[arg-type]


def _attached(name: str | None) -> tuple[Attachment, ...]:
    return (Attachment(address=f"telegram:{name}", name=name, size=len(FILES[name])),) if name else ()


def _told(session: Session, row: Outbox, office: Office) -> Reply:
    told = render(session, row, office, MORNING)
    assert told is not None
    return told


def others(speaker: Speech) -> Iterator[tuple[str, Reply]]:
    """Messages that no scene brings about."""
    yield "出错时", Reply(html=speaker.say("trouble", reference="3f2a91bc"))
    yield "文件发不出时写在前面", Reply(html=speaker.say("file_missing"))
    yield "发送存疑时写在前面", Reply(html=speaker.say("repeated"))
    yield "自己的申请", Reply(html=speaker.say("refusals", why="own_request"))
    yield "函件里的事都办了", Reply(html=speaker.say("refusals", why="letter_empty", id=3))
    yield "自己上报的", Reply(html=speaker.say("refusals", why="own_work", number="DC-2026-004"))
    missing = {"number": "DC-2026-004", "how": "退回 编号 照片看不清", "county": "澜东区"}
    yield "缺内容", Reply(html=speaker.say("refusals", why="step_needs", **missing))
    facts = {"name": "王志远", "several": ["QL0015", "QL0105"]}
    yield "终端:同名", Reply(html=speaker.say("refusals", why="unknown_person", **facts))


def shown(said: Reply) -> str:
    html = re.sub(r"</?(b|code|pre)>", "", said.html)
    html = re.sub(r"/start [\w-]{12,}", "/start CODE", html)  # another one each time
    rows = "\n".join(" ".join(f"[{button.label}]" for button in row) for row in said.buttons)
    return f"```\n{html}\n{rows}".rstrip() + "\n```\n"


@pytest.fixture(scope="module")
def spoken(city_file: Path, tmp_path_factory: pytest.TempPathFactory, office: Office) -> dict[str, dict[str, Reply]]:
    said: dict[str, dict[str, Reply]] = {}
    for language in voice.LANGUAGES:
        path = tmp_path_factory.mktemp(language) / "city.db"
        shutil.copy(city_file, path)
        store = Store(f"sqlite:///{path}")
        telling = Telling(store, replace(office, language=language))
        telling.move_in()
        answers: dict[str, Reply | None] = {}
        for line in SCENES:
            answers[line.title] = telling.says(line)
            answers |= telling.worked
        silent = [title for title, answered in answers.items() if answered is None]
        assert not silent
        notices, rest = dict(telling.notices()), dict(others(voice.speech(language)))
        said[language] = {**answers, **notices, **rest}  # type: ignore[dict-item]
        store.close()
    return said


def document(said: dict[str, dict[str, Reply]]) -> str:
    parts = [
        "# 每一条消息 / Every message\n\n"
        "由 tests/test_messages_doc.py 用样例城市生成，过时则测试不通过。"
        "Made by that test from the sample city; it fails when this page is stale.\n"
    ]
    scenes = {line.title: line for line in SCENES}
    for title, reply in said["zh"].items():
        line = scenes.get(title)
        where = {None: "私聊", CITY_GROUP: "市群", COUNTY_GROUP: "县群", OTHER_GROUP: "未绑定的群"}
        heading = f"## {title}\n"
        if line:
            who = line.who.replace("stranger2", "陌生人").replace("stranger", "受邀人")
            says = (
                f"发送文件 {line.file}"
                if line.file
                else re.sub(r"{\d_.*?}", "3", line.says).replace("{upload}", "1").replace("{key}", "1a2b3c4d")
            )
            heading += f"\n{who}：\n" if says == NOTICE else f"\n{who}，{where[line.chat]}：`{says}`\n"
        parts.append(f"{heading}\n{shown(reply)}\n{shown(said['en'][title])}")
    return "\n".join(parts)


def test_the_page_of_messages_is_fresh(spoken: dict[str, dict[str, Reply]]) -> None:
    made = document(spoken)
    if os.environ.get("UPDATE_DOCS"):
        DOC.write_text(made, encoding="utf-8")
    assert DOC.read_text(encoding="utf-8") == made, (
        "UPDATE_DOCS=1 pytest tests/test_messages_doc.py, and read the change"
    )


def test_every_refusal_is_shown(spoken: dict[str, dict[str, Reply]]) -> None:
    speaker = voice.speech("zh")
    named = {line.named for line in SCENES} | {why.value for why in SAID_AT_THE_TERMINAL | SAID_TO_NOBODY_HERE}
    # a code refused, shown above as "邀请码不能再用"
    assert {why.value for why in Why} - named == {Why.BAD_CODE.value}
    assert spoken["zh"]["邀请码不能再用"].html == speaker.say("refusals", why="bad_code")


@pytest.mark.parametrize("line", [line for line in SCENES if line.named], ids=lambda line: line.named)
def test_a_refusal_is_the_one_it_is_shown_as(spoken: dict[str, dict[str, Reply]], line: Line) -> None:
    """Compare the beginning of what was said with the template's own words for that reason."""
    source = (Path(voice.__file__).parent / "templates" / "refusals.j2").read_text(encoding="utf-8")
    branch = source.split(f'why == "{line.named}" %}}')[1].split("{% elif why")[0]
    pieces = [piece for text in re.findall(r'_\("([^"]+)"', branch) for piece in re.split(r"%\(\w+\)s", text)]
    said = spoken["zh"][line.title].html
    assert any(len(piece) > 2 and piece in said for piece in pieces), said


def test_every_template_speaks(spoken: dict[str, dict[str, Reply]]) -> None:
    templates = {path.stem for path in (Path(voice.__file__).parent / "templates").glob("*.j2")} - INTERNAL
    used = set(
        re.findall(
            r"(?:say|reply)\(\s*[\"'](\w+)[\"']|\"(\w+)\", (?:shown|due_within|overdue|\[report|reports|duty)",
            _sources(),
        )
    )
    assert templates <= {name for pair in used for name in pair if name}


def _sources() -> str:
    home = Path(voice.__file__).parent.parent
    return "\n".join(p.read_text() for folder in ("handlers", "scheduler", "bot") for p in (home / folder).glob("*.py"))


def test_no_message_is_longer_than_telegram_takes(spoken: dict[str, dict[str, Reply]]) -> None:
    for messages in spoken.values():
        for title, said in messages.items():
            assert len(re.sub(r"<[^>]*>", "", said.html)) <= 1200, title  # one phone screen, well below 4,096


def test_english_messages_hold_no_chinese_sentences(spoken: dict[str, dict[str, Reply]]) -> None:
    for title, said in spoken["en"].items():
        if title in ("选择语言", "不会的语言"):
            continue
        assert not re.search(r"[。，；？]", said.html), (title, said.html)
