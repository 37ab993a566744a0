// One talk: new lines as they come, sending without leaving the page, a cover when nobody is there.
import { ask, idleFor, refresh, start } from "./live.js";

const COVER_MS = 5 * 60000;
const body = document.body;
const main = document.getElementById("main");
const form = document.getElementById("answer");
const cover = document.getElementById("cover");

function toEnd() {
  const thread = document.getElementById("thread");
  if (!thread) return;
  if (thread.scrollHeight > thread.clientHeight) thread.scrollTop = thread.scrollHeight;
  else scrollTo(0, document.documentElement.scrollHeight); // on a small screen the whole page scrolls
}

// What happened to the talk while it was on the screen.
document.addEventListener("swapped", ({ detail: { old, fresh } }) => {
  const state = fresh.dataset.state;
  if (old.dataset.state !== "mine" && state === "mine") location.reload();
  if (state !== "mine") document.querySelectorAll(".held").forEach((part) => part.remove());
  if (state !== old.dataset.state) {
    document.title = `${fresh.dataset.title} · ${body.dataset.name}`;
    main.focus();
  }
  const before = old.querySelector("#thread");
  const thread = fresh.querySelector("#thread");
  if (!before || !thread) return;
  const lines = thread.querySelectorAll(".line").length - before.querySelectorAll(".line").length;
  if (document.hidden && lines > 0) document.title = `(${lines}) ${main.dataset.title} · ${body.dataset.name}`;
  // Whoever reads further up is left there.
  if (before.dataset.atEnd !== "no") toEnd();
  else thread.scrollTop = before.dataset.top;
});

document.addEventListener("visibilitychange", () => {
  const title = document.getElementById("live").dataset.title;
  if (!document.hidden && title) document.title = `${title} · ${body.dataset.name}`;
});

function fresh() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function prepareAnswer() {
  const text = form.elements.text;
  const problem = document.getElementById("problem");
  let sending = false;

  const say = (words) => {
    problem.textContent = words;
    problem.hidden = !words;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending || !text.value.trim()) return;
    sending = true;
    say("");
    const sent = text.value;
    try {
      const anyway = form.elements.anyway?.checked ? { anyway: "yes" } : {}; // others may be reading
      const answer = await ask(form.action, { once: form.elements.once.value, text: sent, ...anyway });
      if (answer.status === 204) {
        if (text.value === sent) text.value = "";
        form.elements.once.value = fresh();
        text.dispatchEvent(new Event("input"));
      } else {
        say(await answer.text());
      }
      refresh();
    } catch {
      say(body.dataset.unsent); // the same form again is not a second answer
    }
    sending = false;
    text.focus();
  });

  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });

  document.querySelectorAll("[data-insert]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const gap = text.value && !/\s$/.test(text.value) ? " " : "";
      text.setRangeText(gap + button.dataset.insert, text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input"));
      text.focus();
    });
  });

  prepareSize(text);
}

function prepareSize(text) {
  const size = document.getElementById("size");
  if (!size.dataset.measure) return;
  let timer = 0;
  let turn = 0;
  const measure = async () => {
    const mine = ++turn;
    if (!text.value.trim()) {
      size.textContent = "";
      size.classList.remove("wide");
      return;
    }
    try {
      const found = await (await ask(size.dataset.measure, { text: text.value })).json();
      if (mine !== turn) return;
      size.textContent = found.text;
      size.classList.toggle("wide", found.wide);
    } catch {
      size.textContent = "";
    }
  };
  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(measure, 250);
  });
  measure();
}

function prepareDialogs() {
  document.querySelectorAll("form[data-dialog]").forEach((opener) => {
    const dialog = document.getElementById(opener.dataset.dialog);
    opener.addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.showModal();
    });
    dialog.querySelector("[data-cancel]").addEventListener("click", (event) => {
      event.preventDefault();
      dialog.close();
    });
  });
}

// Nobody moved for a while: whoever walks past the screen should read nothing.
function prepareCover() {
  const set = (covered) => {
    if (!cover.isConnected || body.classList.contains("covered") === covered) return;
    body.classList.toggle("covered", covered);
    cover.hidden = !covered;
    if (covered) document.getElementById("uncover").focus();
    else form.elements.text.focus();
  };
  document.getElementById("uncover").addEventListener("click", () => set(false));
  setInterval(() => {
    if (idleFor() > COVER_MS) set(true);
  }, 5000);
  const hide = document.getElementById("hide");
  hide.hidden = false;
  hide.addEventListener("click", () => set(true));
}

if (form) {
  prepareAnswer();
  prepareDialogs();
  prepareCover();
  toEnd();
  // The list of services takes room from the talk: its end stays in sight.
  document.querySelector("details")?.addEventListener("toggle", toEnd);
  document.addEventListener(
    "scroll",
    ({ target }) => {
      if (target.id !== "thread") return;
      const left = target.scrollHeight - target.scrollTop - target.clientHeight;
      target.dataset.atEnd = left < 40 ? "yes" : "no";
      target.dataset.top = target.scrollTop;
    },
    { capture: true, passive: true },
  );
}
start();
