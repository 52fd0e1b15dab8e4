// Messages as DOM nodes; text only ever becomes a text node, never markup.
import { clockTime, day, moment, say } from "/words.js";

const TAGS = {
  bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote",
  expandable_blockquote: "blockquote", spoiler: "span", custom_emoji: "span",
};
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const COLOURS = ["#c03d33", "#4fad2d", "#d09306", "#168acd", "#8544d6", "#cd4073", "#2996ad", "#ce671b"];

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "style") node.style.cssText = value; // as an attribute the content security policy would refuse it
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key === "test" ? "data-testid" : key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// A line for a list or a quotation: what kind of thing it is, and its first words.
export const brief = (message) => (message.what ? `[${say(message.what)}] ` : "") + message.text;

export const colour = (id) => COLOURS[Math.abs(Number(id)) % COLOURS.length];
export function face(id, name) {
  return element("span", { class: "face", style: `background:${colour(id)}` }, [...name][0] || "?");
}

// Entities nest and never overlap by halves; offsets count UTF-16 units, as JavaScript's strings do.
export function formatted(text, entities, act, start = 0, end = text.length) {
  const nodes = [];
  let at = start;
  for (let index = 0; index < entities.length; index += 1) {
    const entity = entities[index];
    if (entity.offset < at || entity.offset >= end) continue;
    const stop = Math.min(entity.offset + entity.length, end);
    const inner = entities.filter((other, place) => place > index && other.offset >= entity.offset && other.offset < stop);
    nodes.push(text.slice(at, entity.offset), marked(entity, text.slice(entity.offset, stop), formatted(text, inner, act, entity.offset, stop), act));
    at = stop;
    if (BLOCKS.has(entity.type) && text[at] === "\n") at += 1; // a block ends its line by itself
  }
  nodes.push(text.slice(at, end));
  return nodes.filter((node) => node !== "");
}

function marked(entity, words, inner, act) {
  if (entity.type === "text_link" || entity.type === "url") return link(entity.url || words, inner, act);
  if (entity.type === "bot_command") return element("a", { class: "command", href: "#", onclick: (event) => { event.preventDefault(); act.say(words); } }, ...inner);
  if (entity.type === "mention" || entity.type === "text_mention") return element("span", { class: "mention" }, ...inner);
  if (entity.type === "spoiler") return element("span", { class: "spoiler", onclick: (event) => event.currentTarget.classList.add("shown") }, ...inner);
  return element(TAGS[entity.type] || "span", {}, ...inner);
}

function link(address, inner, act) {
  if (!/^https?:\/\//i.test(address)) return element("span", { class: "mention" }, ...inner);
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer", onclick: (event) => { if (act.follow(address)) event.preventDefault(); } }, ...inner);
}

export function dayLine(iso) {
  return element("div", { class: "day" }, element("span", {}, day(iso)));
}

// One message, or the several of an album.
export function messageNode(messages, { mine, group, act }) {
  const [message] = messages;
  if (message.service) return element("div", { class: "day", "data-message-id": message.id }, element("span", {}, say(message.service)));
  const bubble = element("div", { class: "bubble", test: "message", "data-message-id": message.id, "data-mine": mine, title: moment(message.at) },
    group && !mine && element("b", { class: "name", style: `color:${colour(message.from.id)}` }, message.from.name),
    message.reply && element("button", { class: "quote", test: "reply-quote", onclick: () => act.show(message.reply.id) },
      element("b", {}, message.reply.name), element("span", {}, brief(message.reply))),
    messages.length > 1 ? album(messages, act) : content(message),
    words(captioned(messages), mine, act));
  const rows = message.buttons.map((row) => element("div", { class: "row" }, ...row.map((button) => keyboardButton(button, message, act))));
  return element("div", { class: `message${mine ? " mine" : ""}${group && !mine ? " grouped" : ""}`, id: `m${message.id}` },
    group && !mine && face(message.from.id, message.from.name),
    element("div", { class: "stack" }, bubble, rows.length ? element("div", { class: "keyboard" }, ...rows) : null));
}

const content = (message) => (message.photo ? picture(message.photo) : message.document && attachment(message.document));

function words(message, mine, act) {
  return element("div", { class: "text" },
    element("span", { test: "message-text" }, ...formatted(message.text, message.entities, act)),
    element("small", {}, message.edited ? `${say("edited")} ` : "", clockTime(message.at), mine ? " ✓✓" : ""));
}

// As people know it: the one caption of a photo album stands beneath it, of several each with its own picture.
function captioned(messages) {
  const said = messages.filter((each) => each.text);
  return messages.length > 1 && (messages[0].document || said.length !== 1) ? { ...messages[0], text: "", entities: [] } : said[0] ?? messages[0];
}

// Rows of three, the first ones of two where that does not come out even.
function album(messages, act) {
  const halves = messages[0].photo ? ((3 - (messages.length % 3)) % 3) * 2 : 0;
  return element("div", { class: messages[0].photo ? "album" : "files", test: "album" }, ...messages.map((message, index) =>
    element("div", { class: index < halves ? "half" : "third", id: index ? `m${message.id}` : null, title: message.text || null },
      content(message), message.document && message.text && element("div", { class: "text" }, ...formatted(message.text, message.entities, act)))));
}

function picture(photo) {
  const height = Math.min(420, Math.round(photo.height * Math.min(1, 360 / photo.width)));
  return element("a", { href: photo.url, target: "_blank", class: "photo", test: "photo" }, element("img", { src: photo.url, alt: "", height }));
}

function attachment(document) {
  const size = document.size < 1024 ? `${document.size} B` : document.size < 1048576 ? `${(document.size / 1024).toFixed(1)} KB` : `${(document.size / 1048576).toFixed(1)} MB`;
  return element("a", { href: document.url, download: document.name, class: "document", test: "document" },
    element("span", { class: "icon" }, document.name.split(".").pop().slice(0, 4).toUpperCase()),
    element("span", {}, element("b", {}, document.name), element("small", {}, size)));
}

function keyboardButton(button, message, act) {
  const press = async (event) => {
    if (button.url) { if (!act.follow(button.url)) window.open(button.url, "_blank", "noopener"); return; }
    const node = event.currentTarget;
    node.classList.add("busy");
    await act.press(message.id, button.callback_data);
    setTimeout(() => node.classList.remove("busy"), 600);
  };
  return element("button", { test: "button", "data-label": button.text, onclick: press }, button.text, button.url ? element("i", {}, "↗") : null);
}
