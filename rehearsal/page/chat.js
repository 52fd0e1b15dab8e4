// The chat page: who one is, which chat is open, and what happens there.
import { clockTime, language, moment, say, switchLanguage } from "/words.js";
import { drawClock, showSent } from "/clock.js";
import { brief, element, face } from "/render.js";
import { addMessage, changeMessage, drawMessages, nearEnd, removeMessage, setActs, showMessage, toEnd, typing } from "/messages.js";
import { ask, at, chat, now, person, send, toast } from "/state.js";

setActs({ say: speak, press, follow, show: showMessage });

// --- who one is -------------------------------------------------------------------------------------------------


function drawPeople() {
  const words = at("#search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (each) => words.every((word) => `${each.name} ${each.post} ${each.county}`.toLowerCase().includes(word));
  const counties = new Map();
  for (const each of now.state.people.filter(fits)) counties.set(each.county, [...(counties.get(each.county) || []), each]);
  const rows = [...counties].flatMap(([county, people]) => [element("h4", {}, county), ...people.map(personRow)]);
  at("#found").replaceChildren(...(rows.length ? rows : [element("p", { class: "empty" }, say("nobody"))]));
}

function personRow(each) {
  return element("button", { class: `line${each.id === now.person ? " chosen" : ""}`, test: `person-${each.id}`, onclick: () => be(each.id) },
    face(each.id, each.name), element("span", { class: "who" }, element("b", {}, each.name), element("small", {}, each.post)), badge(each.unread));
}

const badge = (count) => (count ? element("span", { class: "badge", test: "unread" }, String(count)) : null);

function drawMe() {
  const me = person();
  at("#me").replaceChildren(...(me
    ? [face(me.id, me.name), element("span", { class: "who" }, element("b", {}, me.name), element("small", {}, `${me.county} · ${me.post}`))]
    : [element("span", { class: "who" }, element("b", {}, say("me")))]), element("span", { class: "fold" }, "▾"));
}

async function be(id, chat) {
  Object.assign(now, { person: id, chat: chat ?? null, reply: null, messages: [] });
  fold(false);
  drawMe();
  await loadChats();
  await openChat(chat ?? (matchMedia("(min-width: 760px)").matches ? now.chats[0]?.id : null));
}

async function fold(open) {
  open ||= !now.person;  // nobody yet: there is nothing else to look at
  if (open && at("#people").hidden) at("#search").value = "";  // what is typed there already stays
  at("#people").hidden = !open;
  at("#chats").hidden = open;
  if (!open) return;
  at("#search").focus();
  const { people } = await ask("/api/state");
  if (!now.state) return;  // the page still loads, and draws them then
  now.state.people = people;
  drawPeople();
}

// --- the chats --------------------------------------------------------------------------------------------------

async function loadChats() {
  if (!now.person) return;
  now.chats = await ask(`/api/chats?person=${now.person}`);
  at("#chats").replaceChildren(...now.chats.map(chatRow));
}

function chatRow(chat) {
  const last = chat.last;
  const preview = last ? (chat.private ? brief(last) : `${last.name}：${brief(last)}`) : say("draft");
  return element("button", { class: `line${chat.id === now.chat ? " chosen" : ""}`, test: `chat-${chat.id}`, onclick: () => openChat(chat.id) },
    face(chat.private ? now.state.bot.id : chat.id, chat.title),
    element("span", { class: "who" }, element("b", {}, chat.title), element("small", {}, preview)),
    element("span", { class: "side" }, element("time", {}, last ? clockTime(last.at) : ""), badge(chat.unread)));
}

async function openChat(id) {
  if (id !== now.chat) now.reply = null;
  now.chat = id;
  document.body.classList.toggle("open", Boolean(id));
  history.replaceState(null, "", now.person ? `#person=${now.person}${id ? `&chat=${id}` : ""}` : "#");
  drawHead();
  drawReply();
  if (!id) { at("#messages").replaceChildren(element("p", { class: "hint" }, say(now.person ? "choose" : "who"))); return; }
  const messages = await ask(`/api/messages?person=${now.person}&chat=${id}`);
  if (now.chat !== id) return;
  now.messages = messages;
  drawMessages();
  await seen();
  if (matchMedia("(hover: hover)").matches) at("#text").focus();
}

const seen = async () => { if (now.chat) await ask("/api/read", { person: now.person, chat: now.chat }); await loadChats(); };

function drawHead() {
  const open = chat();
  at("#write").hidden = !open;
  at("#head").hidden = !open;
  at("#start").hidden = !(open && open.private && !open.started);
  if (!open) return;
  at("#head .face").replaceWith(face(open.private ? now.state.bot.id : open.id, open.title));
  at("#head b").textContent = open.title;
  typing("");
}

// --- what one does ----------------------------------------------------------------------------------------------

async function speak(text) {
  const reply_to = now.reply?.id;
  now.reply = null;
  drawReply();
  await ask("/api/say", { person: now.person, chat: now.chat, text, reply_to });
}

async function press(message, data) {
  await ask("/api/press", { person: now.person, chat: now.chat, message, data }).catch(() => {});
}

// An invite link of this very bot starts it, as in Telegram; any other address opens in the browser.
function follow(address) {
  const found = address.match(/^https?:\/\/t\.me\/([a-z0-9_]+)\?start=([\w-]+)$/i);
  if (!found || found[1].toLowerCase() !== now.state.bot.username.toLowerCase()) return false;
  openChat(now.person).then(() => speak(`/start ${found[2]}`));
  return true;
}

// Pictures are one album and documents another, ten at most; what is written already goes with the first.
const MOST_ALBUM = 10;
const isPicture = (file) => ["image/png", "image/jpeg"].includes(file.type);

async function uploadAll(chosen) {
  const asPhotos = [...chosen].some(isPicture) && confirm(say("asked"));
  const groups = { true: [], false: [] };
  for (const file of chosen) groups[asPhotos && isPicture(file)].push(file);
  for (const [kind, files] of Object.entries(groups)) {
    while (files.length && now.chat) await upload(files.splice(0, MOST_ALBUM), kind === "true");
  }
}

async function upload(files, asPhotos) {
  const form = new FormData();
  const caption = at("#text").value.trim();
  const name = files.length > 1 ? say("several", files[0].name, files.length) : files[0].name;
  const about = { person: now.person, chat: now.chat, caption, as_photo: asPhotos };
  if (now.reply) about.reply_to = now.reply.id;
  for (const [key, value] of Object.entries(about)) form.append(key, value);
  for (const file of files) form.append("file", file);
  at("#text").value = "";
  grow();
  now.reply = null;
  drawReply();
  drawUpload(name, 0);
  try {
    await send("/api/upload", form, (part) => drawUpload(name, part));
  } catch (error) {
    at("#text").value ||= caption;
    toast(`${say("unsent")}${name} ${error.message}`);
  }
  drawUpload("", 0);
}

function drawUpload(name, part) {
  at("#upload").hidden = !name;
  at("#upload span").textContent = name;
  at("#upload small").textContent = `${Math.floor(part * 100)}%`;
  at("#upload i").style.width = `${part * 100}%`;
}

function drawReply() {
  at("#reply").hidden = !now.reply;
  if (!now.reply) return;
  at("#reply b").textContent = now.reply.from.name;
  at("#reply span").textContent = now.reply.text || now.reply.document?.name || say("photo");
  at("#text").focus();
}

function openContext(event, bubble) {
  const message = now.messages.find((each) => each.id === Number(bubble.dataset.messageId));
  if (!message) return;
  event.preventDefault();
  const box = at("#context");
  box.hidden = false;
  box.querySelector("small").textContent = moment(message.at);
  box.style.left = `${Math.min(event.clientX, innerWidth - box.offsetWidth - 8)}px`;
  box.style.top = `${Math.min(event.clientY, innerHeight - box.offsetHeight - 8)}px`;
  box.querySelector("button").onclick = () => { now.reply = message; drawReply(); };
  at("#copy").onclick = () => navigator.clipboard?.writeText(message.text);
}

function drawMenu() {
  const commands = now.state.commands[language];
  at("#slash").hidden = !commands.length;
  at("#menu").replaceChildren(...commands.map((each) => element("button", { test: `menu-${each.command}`, onclick: () => choose(each.command) },
    element("b", {}, `/${each.command}`), element("span", {}, each.description))));
}

function choose(command) {
  at("#menu").hidden = true;
  at("#text").value = `/${command} `;
  at("#text").focus();
}

function grow() {
  at("#text").style.height = "auto";
  at("#text").style.height = `${Math.min(at("#text").scrollHeight, 160)}px`;
}

// --- the clock --------------------------------------------------------------------------------------------------

async function landed(event) {
  if (event.error) toast(say("failed") + event.error, 0);
  await drawSent();
  await loadChats();
  if (now.chat) await openChat(now.chat);
}

const drawSent = async () => showSent(await ask("/api/sent"), visit);

function visit(recipient) {
  if (matchMedia("(max-width: 1100px)").matches) at("#sent").hidden = true;
  const member = now.chats.some((each) => each.id === recipient.chat && !recipient.private);
  be(member ? now.person : recipient.person, recipient.chat);
}

// --- what happens -----------------------------------------------------------------------------------------------

let refresh = 0;
const soon = () => { clearTimeout(refresh); refresh = setTimeout(loadChats, 150); };
const seenSoon = () => { clearTimeout(refresh); refresh = setTimeout(seen, 150); };
const happenings = {
  message(event) {
    if (event.chat !== now.chat) return soon();
    if (!now.messages.some((each) => each.id === event.message.id)) addMessage(event.message);
    at("#start").hidden = true;
    return document.hidden ? soon() : seenSoon();
  },
  edited(event) { if (event.chat === now.chat) changeMessage(event.message); soon(); },
  deleted(event) {
    if (event.chat !== now.chat) return soon();
    removeMessage(event.message_id);
    return soon();
  },
  action(event) { if (event.chat === now.chat) typing(say(event.action === "typing" ? "typing" : "upload")); },
  answer(event) { if (event.person_id === now.person && event.text) (event.alert ? alert : toast)(event.text); },
  clock(event) { drawClock(event); if (event.jumped) landed(event); },
  reload: reload,
};

async function reload() {
  now.state = await ask("/api/state");
  drawWords();
  drawClock(now.state.clock);
  if (now.person && !person()) now.person = null;
  drawMe();
  await loadChats();
  if (now.person || !at("#messages").hasChildNodes()) await openChat(now.chat);
}

function listen() {
  const source = new EventSource("/api/events");
  let lost = false;
  source.onmessage = (message) => { const event = JSON.parse(message.data); happenings[event.kind]?.(event); };
  source.onerror = () => { lost = true; toast(say("lost"), 0); };
  // what happened before the stream was open, at first or after a break, is read
  source.onopen = () => { if (lost) toast(say("back"), 1500); lost = false; reload(); };
}

function drawWords() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = say("title");
  for (const [selector, key] of [["#next", "next"], ["#days button", "go"], ["#sent-open", "sent"], ["#language", "language"], ["#start", "start"], ["#context button", "reply"], ["#copy", "copy"]]) at(selector).textContent = say(key);
  at("#days input").setAttribute("aria-label", say("days"));
  at("#search").placeholder = say("search");
  at("#text").placeholder = say("write");
  at("#send").setAttribute("aria-label", say("write"));
  at("#attach").setAttribute("aria-label", say("attach"));
  drawMenu();
}

// --- hands ------------------------------------------------------------------------------------------------------

at("#me").onclick = () => fold(at("#people").hidden);
at("#search").oninput = () => { if (now.state) drawPeople(); };
at("#search").onkeydown = (event) => { if (event.key === "Enter") at("#found button")?.click(); if (event.key === "Escape") fold(false); };
at("#back").onclick = () => openChat(null);
at("#language").onclick = () => { switchLanguage(); reload(); if (!at("#sent").hidden) drawSent(); };
at("#next").onclick = () => ask("/api/clock", { to: "next_workday" });
at("#days").onsubmit = (event) => { event.preventDefault(); ask("/api/clock", { days: Number(at("#days input").value) }); };
at("#sent-open").onclick = () => (at("#sent").hidden ? drawSent() : (at("#sent").hidden = true));
at("#sent-head button").onclick = () => { at("#sent").hidden = true; };
at("#start").onclick = () => speak("/start");
at("#slash").onclick = () => { at("#menu").hidden = !at("#menu").hidden; };
at("#attach").onclick = () => at("#file").click();
at("#file").onchange = async () => { await uploadAll(at("#file").files); at("#file").value = ""; };
at("#text").onpaste = (event) => { if (event.clipboardData.files.length && now.chat) { event.preventDefault(); uploadAll(event.clipboardData.files); } };
const carriesFiles = (event) => event.dataTransfer.types.includes("Files");
at("#chat").ondragover = (event) => { if (carriesFiles(event) && now.chat) { event.preventDefault(); at("#chat").classList.add("dropping"); } };
at("#chat").ondragleave = (event) => { if (!at("#chat").contains(event.relatedTarget)) at("#chat").classList.remove("dropping"); };
at("#chat").ondrop = (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  at("#chat").classList.remove("dropping");
  uploadAll(event.dataTransfer.files);
};
at("#reply button").onclick = () => { now.reply = null; drawReply(); };
at("#text").oninput = grow;
at("#text").onkeydown = (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); at("#write").requestSubmit(); } };
at("#write").onsubmit = async (event) => {
  event.preventDefault();
  const text = at("#text").value.trim();
  if (!text || !now.chat) return;
  at("#text").value = "";
  at("#menu").hidden = true;
  grow();
  await speak(text).catch(() => { at("#text").value = text; });
};
at("#messages").onscroll = () => { at("#down").hidden = nearEnd(); };
at("#down").onclick = toEnd;
at("#messages").addEventListener("contextmenu", (event) => { const bubble = event.target.closest(".bubble"); if (bubble) openContext(event, bubble); });
at("#messages").addEventListener("click", (event) => {
  const bubble = event.target.closest(".bubble");
  if (event.pointerType === "touch" && bubble && !event.target.closest("a, button, .spoiler")) { openContext(event, bubble); event.stopPropagation(); }
});
at("#messages").addEventListener("dblclick", (event) => {
  const bubble = event.target.closest(".bubble");
  if (bubble) { now.reply = now.messages.find((each) => each.id === Number(bubble.dataset.messageId)); drawReply(); }
});
document.addEventListener("click", () => { at("#context").hidden = true; });
addEventListener("hashchange", () => location.reload());
document.addEventListener("visibilitychange", () => { if (!document.hidden && now.chat && now.state) seen(); });

await reload();
listen();
if (!now.person) fold(true);
