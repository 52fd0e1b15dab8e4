// The open chat's messages on the screen, and who is typing.
import { at, chat, now } from "/state.js";
import { say } from "/words.js";
import { dayLine, messageNode } from "/render.js";

let typingEnds = 0;
export function typing(words) {
  clearTimeout(typingEnds);
  const open = chat();
  at("#head small").textContent = words || (open ? (open.private ? say("bot") : `${open.members} ${say("members")}`) : "");
  at("#head small").classList.toggle("live", Boolean(words));
  if (words) typingEnds = setTimeout(() => typing(""), 5000);
}

let act = {};
const node = (messages) => messageNode(messages, { mine: messages[0].from.id === now.person, group: !chat()?.private, act });

// The messages of an album stand in one block; every other message is one by itself.
const belongs = (message, before) => Boolean(message.album) && message.album === before?.album;
const blockOf = (message) => (message.album ? now.messages.filter((each) => each.album === message.album) : [message]);
const nodeOf = (message) => at(`#m${message.id}`)?.closest(".message, .day");

// What a message's links and buttons set going is decided by the page.
export function setActs(acts) {
  act = acts;
}

export const nearEnd = () => at("#messages").scrollHeight - at("#messages").scrollTop - at("#messages").clientHeight < 120;
export const toEnd = () => { at("#messages").scrollTop = at("#messages").scrollHeight; };

export function drawMessages() {
  const nodes = [];
  now.messages.forEach((message, index) => {
    if (message.at.slice(0, 10) !== now.messages[index - 1]?.at.slice(0, 10)) nodes.push(dayLine(message.at));
    if (!belongs(message, now.messages[index - 1])) nodes.push(node(blockOf(message)));
  });
  at("#messages").replaceChildren(...nodes);
  toEnd();
}

export function addMessage(message) {
  const stay = !nearEnd();
  const last = now.messages.at(-1);
  now.messages.push(message);
  if (message.at.slice(0, 10) !== last?.at.slice(0, 10)) at("#messages").append(dayLine(message.at));
  if (belongs(message, last)) nodeOf(last).replaceWith(node(blockOf(message)));
  else at("#messages").append(node([message]));
  if (!stay || message.from.id === now.person) toEnd();
  if (message.from.bot) typing("");
}

export function changeMessage(message) {
  const index = now.messages.findIndex((each) => each.id === message.id);
  if (index < 0) return;
  const end = nearEnd();
  now.messages[index] = message;
  nodeOf(message)?.replaceWith(node(blockOf(message)));
  if (end) toEnd();
}

export function showMessage(id) {
  const target = at(`#m${id}`);
  if (!target) return;
  target.scrollIntoView({ block: "center", behavior: "smooth" });
  target.classList.add("found");
  setTimeout(() => target.classList.remove("found"), 1500);
}

export function removeMessage(id) {
  const gone = now.messages.find((each) => each.id === id);
  if (!gone) return;
  const block = nodeOf(gone);
  now.messages = now.messages.filter((each) => each.id !== id);
  const left = gone.album ? blockOf(gone) : [];
  if (left.length) block?.replaceWith(node(left));
  else block?.remove();
}
