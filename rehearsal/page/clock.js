// The clock in the top bar, and the panel of what was sent to whom since it was turned.
import { clockTime, date, moment, say } from "/words.js";
import { at } from "/state.js";
import { brief, element, face } from "/render.js";

export function drawClock(clock) {
  at("#now").dataset.now = clock.now;
  at("#now").dataset.running = clock.running;
  at("#now b").textContent = clockTime(clock.now);
  at("#now span").textContent = date(clock.now);
  for (const control of document.querySelectorAll("#jumps button, #jumps input")) control.disabled = clock.running;
  at("#progress").hidden = !clock.running;
  at("#progress").title = say("jumping");
  at("#progress i").style.width = clock.total ? `${Math.round((100 * clock.done) / clock.total)}%` : "30%";
}

export function showSent({ since, recipients }, visit) {
  const total = recipients.reduce((sum, each) => sum + each.messages.length, 0);
  at("#sent").hidden = false;
  at("#sent-head b").textContent = say("sent");
  at("#sent-head small").textContent = `${say("since", moment(since).slice(0, -3))} · ${say("count", recipients.length, total)}`;
  at("#sent-list").replaceChildren(...(recipients.length ? recipients.map((each) => recipientNode(each, visit)) : [element("p", { class: "empty" }, say("nothing"))]));
}

function recipientNode(each, visit) {
  const link = each.person === null ? null : element("button", { class: "link", test: "sent-link", onclick: () => visit(each) }, `${say("open")} ›`);
  return element("section", { test: "sent-recipient", "data-chat": each.chat, "data-name": each.name },
    element("div", { class: "line" }, face(each.chat, each.name),
      element("span", { class: "who" }, element("b", {}, each.name), element("small", {}, each.private ? `${each.county} · ${each.post}` : say("group"))), link),
    ...each.messages.map((message) => element("p", { test: "sent-text" }, element("time", {}, `${message.at.slice(5, 16).replace("T", " ")}`), message.text || brief(message))));
}
