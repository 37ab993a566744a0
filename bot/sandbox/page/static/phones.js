// Without this script the page works by plain forms and reload. With it, forms send in place, and whenever
// the server says that something is new the parts are fetched again and only what differs is exchanged, so
// that a screen reader hears new messages alone.

const parts = () => document.querySelectorAll("[data-part]");

async function refresh() {
  for (const part of parts()) {
    const answer = await fetch(part.dataset.part);
    if (answer.ok) exchange(part, await answer.text());
  }
}

function exchange(part, html) {
  const fresh = document.createElement("div");
  fresh.innerHTML = html;
  const open = part.querySelector("details")?.open;
  for (const [index, next] of [...fresh.children].entries()) {
    const shown = part.children[index];
    if (next.matches(".thread")) thread(shown, next);
    else if (shown.innerHTML !== next.innerHTML) shown.replaceChildren(...next.childNodes);
  }
  if (open !== undefined) part.querySelector("details").open = open;
}

function thread(shown, next) {
  const wanted = new Map([...next.children].map((item) => [item.dataset.key, item]));
  for (const item of [...shown.children]) if (!wanted.has(item.dataset.key)) item.remove();
  let changed = false;
  for (const [key, item] of wanted) {
    const present = [...shown.children].find((child) => child.dataset.key === key);
    if (present?.innerHTML === item.innerHTML) continue;
    if (present) present.replaceWith(item);
    else shown.append(item);
    changed = true;
  }
  if (changed) toEnd(shown);
}

function toEnd(thread) {
  thread.scrollTop = thread.scrollHeight;
}

async function send(form, button) {
  const error = form.querySelector(".error");
  // Not `form.action`: a field of that name would stand in its place.
  const answer = await fetch(form.getAttribute("action"), {
    method: "POST",
    body: new URLSearchParams(new FormData(form, button)),
    headers: { "Sandbox-Live": "1" },
  });
  if (error) error.textContent = answer.ok ? "" : await answer.text();
  const text = form.querySelector("textarea");
  if (answer.ok && text) {
    text.value = "";
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-live]")) return;
  event.preventDefault();
  send(form, event.submitter);
});

document.addEventListener("keydown", (event) => {
  const text = event.target;
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !text.matches("textarea")) return;
  event.preventDefault();
  text.form.requestSubmit();
});

// The server counts, so that the page and the bill agree. Only the answer to the latest text is shown.
document.addEventListener("input", async (event) => {
  const text = event.target;
  const shown = document.getElementById(text.dataset.size ?? "");
  if (!shown) return;
  const asked = text.value;
  const answer = await fetch("/phone/size", { method: "POST", body: asked });
  const { size, left } = await answer.json();
  if (asked === text.value) shown.textContent = `${size} · ${left} left`;
});

document.querySelectorAll(".thread").forEach(toEnd);
const news = new EventSource("/phone/events");
let busy = false, again = false;
news.addEventListener("message", async () => {
  again = true;
  if (busy) return;
  busy = true;
  while (again) {
    again = false;
    await refresh().catch(() => {});
  }
  busy = false;
});
