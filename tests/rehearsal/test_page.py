"""The chat page's server: its JSON API, its events, the clock's jumps, and who may ask."""

import asyncio
import io
import json
import os
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import rehearsal.page
from rehearsal.lookalike import Lookalike
from rehearsal.page import Page
from rehearsal.parameters import Upload
from rehearsal.shown import Resident
from rehearsal.turning import Progress
from tests.rehearsal.conftest import pictures

OFFICIAL, STRANGER, CITY_GROUP, COUNTY_GROUP = 1, 2, -1001000000001, -77
CHROMIUM = shutil.which("chromium")
WIDTHS = [390, 1280] if os.environ.get("CI") else [390]  # a telephone, and a desk
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
BUTTON = {"inline_keyboard": [[{"text": "撤销", "callback_data": "undo"}]]}


class StubClock:
    """A clock whose jump sends one reminder on the way."""

    def __init__(self, telegram: Lookalike) -> None:
        self.telegram = telegram
        self.time = datetime(2026, 11, 18, 9, tzinfo=timezone(timedelta(hours=8)))
        self.may_arrive = asyncio.Event()
        self.may_arrive.set()

    def now(self) -> datetime:
        return self.time

    async def next_workday(self) -> AsyncIterator[Progress]:
        self.time = self.time.replace(day=19, hour=8, minute=30)
        yield Progress(now=self.time, done=1, total=2)
        await self.may_arrive.wait()
        async with aiohttp.ClientSession() as session:
            await Caller(session, f"{self.telegram.base_url}4242:rehearsal/").post(
                "sendMessage", chat_id=OFFICIAL, text="DC-2026-004 已逾期"
            )
        yield Progress(now=self.time, done=2, total=2)

    async def days_on(self, days: int) -> AsyncIterator[Progress]:
        self.time += timedelta(days=days)
        yield Progress(now=self.time, done=1, total=1)
        raise RuntimeError("钟坏了")


class Caller:
    """Asks the page's API and hands back status and JSON."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def get(self, path: str, **options: Any) -> tuple[int, Any]:
        async with self.session.get(self.url + path, **options) as response:
            return response.status, await response.json()

    async def post(self, path: str, headers: dict[str, str] | None = None, **body: Any) -> tuple[int, Any]:
        async with self.session.post(self.url + path, json=body, headers=headers) as response:
            return response.status, await response.json()


@pytest.fixture
async def clock(telegram: Lookalike) -> StubClock:
    return StubClock(telegram)


@pytest.fixture
async def page(telegram: Lookalike, clock: StubClock) -> AsyncIterator[Page]:
    telegram.say(OFFICIAL, OFFICIAL, "/start")
    people = [
        Resident(id=OFFICIAL, name="马景民", post="局长", county="澜东区"),
        Resident(id=STRANGER, name="路人", post="科员", county="澜西区"),
    ]
    page = Page(telegram, people, clock)
    await page.start()
    yield page
    await page.stop()


@pytest.fixture
async def api(page: Page) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession() as session:
        yield Caller(session, f"{page.url}api/")


async def events(api: Caller, until: str, act: Any) -> list[dict[str, Any]]:
    """Everything that the event stream tells up to an event of that kind."""
    told: list[dict[str, Any]] = []
    async with asyncio.timeout(5), api.session.get(api.url + "events") as stream:
        await stream.content.readuntil(b"\n\n")
        await act()
        while not told or until not in told[-1].values():
            line = await stream.content.readline()
            if line.startswith(b"data: "):
                told.append(json.loads(line.removeprefix(b"data: ")))
    return told


async def pressed(client) -> dict[str, Any]:
    """Wait for the press of a button: a click is over before the page has told the server."""
    async with asyncio.timeout(5):
        while "callback_query" not in (update := (await client.updates())[-1]):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    return update["callback_query"]


async def test_a_foreign_host_or_origin_is_turned_away(api: Caller):
    assert (await api.get("state", headers={"Host": "evil.example"}))[0] == 403
    assert (await api.get("state", headers={"Origin": "http://evil.example"}))[0] == 403
    assert (await api.post("say", headers={"Origin": "null"}, person=1, chat=1, text="好"))[0] == 403
    async with api.session.get(api.url + "state", headers={"Origin": api.url.removesuffix("/api/")}) as response:
        assert response.status == 200
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")


async def test_a_form_from_elsewhere_cannot_speak(api: Caller):
    async with api.session.post(api.url + "say", data={"person": 1, "chat": 1, "text": "好"}) as response:
        assert response.status == 400


async def test_the_page_and_its_parts_are_served_and_nothing_else(page: Page, api: Caller):
    for path in ("", "chat.js", "clock.js", "messages.js", "render.js", "state.js", "words.js", "style.css"):
        async with api.session.get(page.url + path) as response:
            assert response.status == 200
    async with api.session.get(page.url + "page.py") as response:
        assert response.status == 404


def test_no_text_ever_becomes_markup():
    scripts = [path.read_text(encoding="utf-8") for path in rehearsal.page.STATIC.glob("*.js")]
    assert scripts
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert not any(word in script for script in scripts)


def test_every_test_id_is_documented():
    documented = rehearsal.page.__doc__ or ""
    html = Path(rehearsal.page.STATIC, "index.html").read_text(encoding="utf-8")
    ids = [part.split('"')[0] for part in html.split('data-testid="')[1:]]
    assert [each for each in ids if each not in documented] == []


async def test_people_chats_and_messages_are_shown_as_the_person_sees_them(api: Caller):
    _, state = await api.get("state")
    assert state["clock"]["now"] == "2026-11-18T09:00:00+08:00"
    assert [(each["name"], each["county"], each["unread"]) for each in state["people"]] == [
        ("马景民", "澜东区", 0),
        ("路人", "澜西区", 0),
    ]
    _, chats = await api.get("chats?person=1")
    assert [(chat["id"], chat["private"], chat["started"]) for chat in chats] == [
        (OFFICIAL, True, True),
        (CITY_GROUP, False, True),
        (COUNTY_GROUP, False, True),
    ]
    _, messages = await api.get("messages?person=1&chat=1")
    assert [(each["text"], each["at"]) for each in messages] == [("/start", "2026-11-18T09:00:00+08:00")]


async def test_what_bot_and_people_do_is_told_as_it_happens(api: Caller, started, telegram: Lookalike):
    async def act() -> None:
        await api.post("say", person=OFFICIAL, chat=OFFICIAL, text=" 完成 DC-2026-004 ")
        await started.result("sendChatAction", chat_id=OFFICIAL, action="typing")
        sent = await started.result("sendMessage", chat_id=OFFICIAL, text="已登记", reply_markup=BUTTON)
        _, pressed = await api.post("press", person=OFFICIAL, chat=OFFICIAL, message=sent["message_id"], data="undo")
        await started.result("answerCallbackQuery", callback_query_id=pressed["query"], text="撤销了")
        await started.result("editMessageText", chat_id=OFFICIAL, message_id=sent["message_id"], text="已撤销")
        await started.result("deleteMessage", chat_id=OFFICIAL, message_id=sent["message_id"])

    told = await events(api, "deleted", act)
    assert [event["kind"] for event in told] == ["message", "action", "message", "answer", "edited", "deleted"]
    assert told[0]["message"]["text"] == "完成 DC-2026-004"
    assert told[2]["message"]["buttons"] == [[{"text": "撤销", "callback_data": "undo", "url": None}]]
    assert (told[3]["text"], told[3]["person_id"]) == ("撤销了", OFFICIAL)
    assert (told[4]["message"]["text"], told[4]["message"]["buttons"]) == ("已撤销", [])


async def test_unread_messages_are_counted_until_they_are_seen(api: Caller, started):
    await started.result("sendMessage", chat_id=OFFICIAL, text="提醒")
    await started.result("sendMessage", chat_id=OFFICIAL, text="提醒")

    async def unread() -> list[int]:
        return [chat["unread"] for chat in (await api.get("chats?person=1"))[1]]

    assert await unread() == [2, 0, 0]
    assert (await api.get("state"))[1]["people"][0]["unread"] == 2
    await api.post("read", person=OFFICIAL, chat=OFFICIAL)
    assert await unread() == [0, 0, 0]


async def test_nobody_reads_or_speaks_where_he_is_not_a_member(api: Caller):
    assert (await api.get(f"messages?person={STRANGER}&chat={CITY_GROUP}"))[0] == 403
    assert (await api.post("say", person=STRANGER, chat=CITY_GROUP, text="/status"))[0] == 403
    assert (await api.post("say", person=OFFICIAL, chat=-5, text="/status"))[0] == 404
    assert (await api.post("say", person=OFFICIAL, chat=OFFICIAL, text=" "))[0] == 400
    assert (await api.post("press", person=OFFICIAL, chat=OFFICIAL, message=1, data="undo"))[0] == 404


async def test_a_file_can_be_sent_and_is_never_served_as_a_page(api: Caller, telegram: Lookalike):
    form = aiohttp.FormData({"person": "1", "chat": "1", "caption": "/import"}, quote_fields=False)
    form.add_field("file", b"<script>", filename="台账.html", content_type="text/html")
    async with api.session.post(api.url + "upload", data=form) as response:
        assert response.status == 200
    shown = (await api.get("messages?person=1&chat=1"))[1][-1]
    assert (shown["document"]["name"], shown["document"]["size"], shown["text"]) == ("台账.html", 8, "/import")
    async with api.session.get(api.url.removesuffix("/api/") + shown["document"]["url"]) as response:
        assert (await response.read(), response.content_type) == (b"<script>", "application/octet-stream")


async def test_a_file_can_be_sent_in_reply(api: Caller, started, telegram: Lookalike):
    asked = await started.result("sendMessage", chat_id=OFFICIAL, text="台账？")
    form = aiohttp.FormData({"person": "1", "chat": "1", "reply_to": str(asked["message_id"])})
    form.add_field("file", b"rows", filename="台账.csv")
    async with api.session.post(api.url + "upload", data=form) as response:
        assert response.status == 200
    assert (await api.get("messages?person=1&chat=1"))[1][-1]["reply"]["text"] == "台账？"


async def test_more_than_the_page_takes_is_refused_in_words(api: Caller, monkeypatch: pytest.MonkeyPatch, page: Page):
    form = aiohttp.FormData({"person": "1", "chat": "1"})
    form.add_field("file", io.BytesIO(bytes(rehearsal.page.LARGEST_UPLOAD + 1)), filename="大.bin")
    async with api.session.post(api.url + "upload", data=form) as response:
        assert (response.status, (await response.json())["error"]) == (413, "more than 256 MB")


async def test_a_jump_shows_its_progress_and_what_was_sent_to_whom(api: Caller, telegram: Lookalike, clock: StubClock):
    async def act() -> None:
        assert (await api.post("clock", to="next_workday"))[0] == 202

    told = [event for event in await events(api, "", act) if event["kind"] == "clock"]
    assert [(event["running"], event["done"]) for event in told] == [(True, 0), (True, 1), (True, 2), (False, 2)]
    assert told[-1]["now"] == "2026-11-19T08:30:00+08:00"
    _, sent = await api.get("sent")
    assert sent["since"] == "2026-11-18T09:00:00+08:00"
    assert [(each["name"], each["person"], each["chat"]) for each in sent["recipients"]] == [
        ("马景民", OFFICIAL, OFFICIAL)
    ]
    assert [message["text"] for message in sent["recipients"][0]["messages"]] == ["DC-2026-004 已逾期"]


async def test_the_clock_is_turned_by_one_hand_at_a_time(api: Caller, clock: StubClock):
    clock.may_arrive.clear()
    assert (await api.post("clock", to="next_workday"))[0] == 202
    assert (await api.post("clock", days=1))[0] == 409
    clock.may_arrive.set()


async def test_a_jump_that_fails_says_so(api: Caller):
    async def act() -> None:
        assert (await api.post("clock", days=0))[0] == 400
        assert (await api.post("clock", days=3))[0] == 202

    told = await events(api, "RuntimeError: 钟坏了", act)
    assert (told[-1]["running"], told[-1]["now"][:10]) == (False, "2026-11-21")


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium")
async def test_in_a_browser_one_chooses_a_person_speaks_presses_and_turns_the_clock(page, started, telegram: Lookalike):
    playwright = pytest.importorskip("playwright.async_api")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = await browser.new_page(viewport={"width": 390, "height": 844})
        await tab.goto(page.url)
        await tab.get_by_test_id("person-search").fill("局长 澜东")
        await tab.get_by_test_id(f"person-{OFFICIAL}").click()
        await tab.get_by_test_id(f"chat-{OFFICIAL}").click()
        await tab.get_by_test_id("composer").fill("完成 <b>DC-2026-004</b>")
        await tab.get_by_test_id("send").click()
        mine = tab.locator("[data-testid=message][data-mine] [data-testid=message-text]").last
        await playwright.expect(mine).to_have_text("完成 <b>DC-2026-004</b>")
        text = "已登记 <b>DC-2026-004</b> &lt;img src=x&gt;"
        await started.result("sendMessage", chat_id=OFFICIAL, text=text, parse_mode="HTML", reply_markup=BUTTON)
        await playwright.expect(tab.locator("[data-testid=message-text] b").last).to_have_text("DC-2026-004")
        await playwright.expect(tab.get_by_test_id("message-text").last).to_have_text("已登记 DC-2026-004 <img src=x>")
        await tab.locator("[data-testid=button][data-label=撤销]").click()
        query = await pressed(started)
        await started.result("answerCallbackQuery", callback_query_id=query["id"], text="撤销了")
        await playwright.expect(tab.get_by_test_id("toast")).to_have_text("撤销了")
        await tab.get_by_test_id("clock-next-workday").click()
        await playwright.expect(tab.get_by_test_id("sent-recipient")).to_contain_text("DC-2026-004 已逾期")
        await playwright.expect(tab.get_by_test_id("clock-now")).to_contain_text("08:30")
        await browser.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium")
async def test_in_a_browser_who_is_quicker_than_the_page_keeps_what_he_typed(page):
    playwright = pytest.importorskip("playwright.async_api")
    answers = asyncio.Event()

    async def hold(route: Any) -> None:
        await answers.wait()
        await route.continue_()

    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = await browser.new_page()
        await tab.route("**/api/state*", hold)
        await tab.goto(page.url)
        await tab.get_by_test_id("person-current").click()
        await tab.get_by_test_id("person-search").fill("局长 澜东")
        answers.set()
        await playwright.expect(tab.get_by_test_id(f"person-{OFFICIAL}")).to_be_visible()
        await tab.get_by_test_id("person-current").click()  # nobody yet: there is nothing to fold it away for
        await playwright.expect(tab.get_by_test_id("person-search")).to_have_value("局长 澜东")
        await playwright.expect(tab.get_by_test_id("person-search")).to_be_visible()
        await browser.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium")
@pytest.mark.parametrize("width", WIDTHS)
async def test_in_a_browser_files_go_both_ways_under_their_own_names(
    page: Page, started, telegram: Lookalike, tmp_path: Path, width: int
):
    playwright = pytest.importorskip("playwright.async_api")
    expect, name = playwright.expect, "青澜市整改台账（第3期）汇总表.xlsx"
    (tmp_path / name).write_bytes(b"rows " * 400_000)
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = await browser.new_page(viewport={"width": width, "height": 844})
        await tab.goto(f"{page.url}#person={OFFICIAL}&chat={OFFICIAL}")
        await tab.get_by_test_id("composer").fill("请导入 <b>")
        async with tab.expect_file_chooser() as chooser:
            await tab.get_by_test_id("attach").click()
        await (await chooser.value).set_files(tmp_path / name)
        sent = tab.locator("[data-testid=message][data-mine]").filter(has_text=name)
        await expect(sent).to_contain_text("请导入 <b>")
        await expect(sent).to_contain_text("1.9 MB")
        await expect(tab.get_by_test_id("upload")).to_be_hidden()
        await expect(tab.get_by_test_id("composer")).to_have_value("")

        update = (await started.updates(timeout=2))[-1]["message"]
        assert (update["document"]["file_name"], update["caption"]) == (name, "请导入 <b>")
        form = aiohttp.FormData(
            {"chat_id": "1", "caption": "<b>47格</b>待确认", "parse_mode": "HTML", "reply_markup": json.dumps(BUTTON)},
            quote_fields=False,
        )
        form.add_field("document", b"marked", filename=f"已标注 {name}")
        await started.session.post(f"{telegram.base_url}4242:rehearsal/sendDocument", data=form)
        back = tab.locator("[data-testid=message]").filter(has_text="已标注")
        await expect(back.locator("b").filter(has_text="47格")).to_be_visible()
        async with tab.expect_download() as download:
            await back.get_by_test_id("document").click()
        saved = await download.value
        assert saved.suggested_filename == f"已标注 {name}"
        await saved.save_as(tmp_path / "saved")
        assert (tmp_path / "saved").read_bytes() == b"marked"
        await tab.locator("[data-testid=button][data-label=撤销]").click()
        assert (await pressed(started))["data"] == "undo"
        if pictures := os.environ.get("PICTURES"):
            await tab.screenshot(path=f"{pictures}/files-{width}.png")
        box = await tab.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert box[0] <= box[1], "nothing hangs over the edge"
        await browser.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium")
async def test_in_a_browser_files_are_dropped_and_pasted_and_a_failure_keeps_the_words(page: Page, started):
    playwright = pytest.importorskip("playwright.async_api")
    expect = playwright.expect
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = await browser.new_page(viewport={"width": 390, "height": 844})
        await tab.goto(f"{page.url}#person={OFFICIAL}&chat={OFFICIAL}")
        # the chat is open: the composer is there before it
        await expect(tab.get_by_test_id("message").first).to_be_visible()
        await tab.evaluate(
            """() => {
                const event = (Kind, type, key, name) => {
                    const carried = new DataTransfer();
                    carried.items.add(new File(["a,b"], name));
                    return new Kind(type, { [key]: carried, bubbles: true, cancelable: true });
                };
                const at = (selector) => document.querySelector(selector);
                at("#chat").dispatchEvent(event(DragEvent, "drop", "dataTransfer", "拖入.csv"));
                at("#text").dispatchEvent(event(ClipboardEvent, "paste", "clipboardData", "粘贴.csv"));
            }"""
        )
        for name in ("拖入.csv", "粘贴.csv"):
            await expect(tab.locator("[data-mine]").filter(has_text=name)).to_be_visible()

        name = "青澜市自然资源督察整改台账（第3期）汇总表·最终版·改.csv"
        shown = asyncio.Event()

        async def refuse(route) -> None:
            await expect(tab.get_by_test_id("upload")).to_contain_text(name)
            await expect(tab.get_by_test_id("upload").locator("small")).to_be_in_viewport(ratio=1)
            shown.set()
            await route.fulfill(status=413, json={"error": "more than 256 MB"})

        await tab.route("**/api/upload", refuse)
        await tab.get_by_test_id("composer").fill("请导入")
        await tab.get_by_test_id("file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": b"a"})
        await expect(tab.get_by_test_id("toast")).to_contain_text(f"未能发送：{name} more than 256 MB")
        assert shown.is_set()
        await expect(tab.get_by_test_id("composer")).to_have_value("请导入")
        await expect(tab.get_by_test_id("upload")).to_be_hidden()
        await browser.close()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium")
@pytest.mark.parametrize("width", WIDTHS)
async def test_in_a_browser_pictures_go_both_ways_as_one_block(
    page: Page,
    started,
    telegram: Lookalike,
    width: int,
):
    playwright = pytest.importorskip("playwright.async_api")
    expect = playwright.expect
    chosen = [{"name": file.name, "mimeType": file.kind, "buffer": file.content} for file in pictures(5)]
    asked = await started.result("sendMessage", chat_id=OFFICIAL, text="请报送整改照片")
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = await browser.new_page(viewport={"width": width, "height": 844})
        tab.on("dialog", lambda dialog: dialog.accept())
        await tab.goto(f"{page.url}#person={OFFICIAL}&chat={OFFICIAL}")
        await tab.get_by_test_id("message").filter(has_text="请报送").dblclick()
        await tab.get_by_test_id("composer").fill("DC-2026-004 已完成")
        await tab.get_by_test_id("file").set_input_files(chosen)
        mine = tab.locator("[data-testid=message][data-mine]").filter(has=tab.get_by_test_id("album"))
        await expect(mine).to_have_count(1)
        await expect(mine.get_by_test_id("photo")).to_have_count(5)
        await expect(mine.get_by_test_id("message-text")).to_have_text("DC-2026-004 已完成")
        await expect(mine.get_by_test_id("reply-quote")).to_contain_text("请报送")
        got = [update["message"] for update in await started.updates(timeout=2)]
        assert [message.get("caption") for message in got] == ["DC-2026-004 已完成", None, None, None, None]
        assert len({message["media_group_id"] for message in got}) == 1
        assert {message["reply_to_message"]["message_id"] for message in got} == {asked["message_id"]}

        media = [{"type": "photo", "media": message["photo"][-1]["file_id"]} for message in got]
        await started.result("sendMediaGroup", chat_id=OFFICIAL, media=media[:3])
        await started.result("sendMessage", chat_id=OFFICIAL, text="整改后 3 张")
        albums = tab.get_by_test_id("album")
        await expect(albums).to_have_count(2)
        await expect(albums.last.get_by_test_id("photo")).to_have_count(3)
        boxes = [await photo.bounding_box() for photo in await albums.first.get_by_test_id("photo").all()]
        assert len({round(box["y"]) for box in boxes}) == 2, "two beside each other, then three"
        assert max(box["x"] + box["width"] for box in boxes) <= width
        letters = [
            Upload(name, name.encode(), "application/pdf")
            for name in ("北山县自然资源局整改报告（盖章扫描件）.pdf", "图.pdf")
        ]
        telegram.send_files(OFFICIAL, OFFICIAL, letters, caption="两份材料")
        await expect(albums.nth(2).get_by_test_id("document")).to_have_count(2)
        await expect(albums.nth(2)).to_contain_text("两份材料")
        if shots := os.environ.get("PICTURES"):
            await tab.screenshot(path=f"{shots}/album-{width}.png")
        await started.result("deleteMessage", chat_id=OFFICIAL, message_id=got[0]["message_id"])
        await expect(albums.first.get_by_test_id("photo")).to_have_count(4)
        await tab.reload()
        await expect(albums.first.get_by_test_id("photo")).to_have_count(4)
        assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing hangs over the edge"
        await browser.close()
