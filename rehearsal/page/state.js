// What the page knows, and how it asks the server.
const remembered = new URLSearchParams(location.hash.slice(1));
export const now = { state: null, person: Number(remembered.get("person")) || null, chat: Number(remembered.get("chat")) || null, chats: [], messages: [], reply: null };

export const at = (selector) => document.querySelector(selector);
export const person = () => now.state.people.find((each) => each.id === now.person);
export const chat = () => now.chats.find((each) => each.id === now.chat);

export async function ask(path, body) {
  const options = body === undefined ? {} : body instanceof FormData ? { method: "POST", body }
    : { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const answer = await fetch(path, options);
  const value = await answer.json();
  if (!answer.ok) { toast(value.error); throw new Error(value.error); }
  return value;
}

// A file on its way: fetch cannot tell how far it has come.
export function send(path, form, progress) {
  return new Promise((arrived, failed) => {
    const request = new XMLHttpRequest();
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.loaded / event.total);
    request.onload = () => (request.status === 200 ? arrived(request.response) : failed(new Error(request.response?.error ?? request.statusText)));
    request.onerror = () => failed(new Error(""));
    request.open("POST", path);
    request.send(form);
  });
}

let toastEnds = 0;
export function toast(words, stays = 3500) {
  clearTimeout(toastEnds);
  at("#toast").textContent = words;
  at("#toast").hidden = !words;
  if (words && stays) toastEnds = setTimeout(() => { at("#toast").hidden = true; }, stays);
}
