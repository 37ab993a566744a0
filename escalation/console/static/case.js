// One talk: new lines as they come, sending without leaving the page, a cover when nobody is there.
import { ask, idleFor, refresh, start } from "./live.js";
import { prepareInserting } from "./insert.js";

const COVER_MS = 3 * 60000; // nobody moved for so long,
const ELSEWHERE_MS = 60000; // or another window was in front for so long
const READ_MS = 6000; // a new line counts as read when it was on the screen for so long
const TYPING_MS = 20000; // tell the server at most this often that an answer is being written
const body = document.body;
const main = document.getElementById("main");
const form = document.getElementById("answer");
const cover = document.getElementById("cover");
let elsewhere = 0; // since when another window is in front

const thread = () => document.getElementById("thread");

function toEnd() {
  const talk = thread();
  if (!talk) return;
  if (talk.scrollHeight > talk.clientHeight) talk.scrollTop = talk.scrollHeight;
  else scrollTo(0, document.documentElement.scrollHeight); // on a small screen the whole page scrolls
}

// What happened to the talk while it was on the screen.
document.addEventListener("swapped", ({ detail: { old, fresh } }) => {
  const state = fresh.dataset.state;
  if (old.dataset.state !== state && ["mine", "joined"].includes(state)) location.reload();
  if (!["mine", "joined"].includes(state)) document.querySelectorAll(".held").forEach((part) => part.remove());
  if (state !== old.dataset.state) {
    document.title = `${fresh.dataset.title} · ${body.dataset.name}`;
    main.focus();
  }
  const before = old.querySelector("#thread");
  const after = fresh.querySelector("#thread");
  if (!before || !after) return;
  const lines = after.querySelectorAll(".line").length - before.querySelectorAll(".line").length;
  if (document.hidden && lines > 0) document.title = `(${lines}) ${main.dataset.title} · ${body.dataset.name}`;
  // Whoever reads further up is left there.
  if (before.dataset.atEnd !== "no") toEnd();
  else after.scrollTop = before.dataset.top;
  if (fresh.dataset.newest !== old.dataset.newest) theyWrote(fresh.dataset.newest);
});

// They wrote: no question may stand before it, and an answer sent at once is asked again.
function theyWrote(newest) {
  document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
  if (!form) return;
  setTimeout(() => {
    if (!document.hidden && document.getElementById("live").dataset.newest === newest) form.elements.seen.value = newest;
  }, READ_MS);
}

document.addEventListener("visibilitychange", () => {
  const live = document.getElementById("live");
  if (document.hidden || !live) return;
  if (live.dataset.title) document.title = `${live.dataset.title} · ${body.dataset.name}`;
  theyWroteMeanwhile(live);
});

function theyWroteMeanwhile(live) {
  if (form && form.isConnected && live.dataset.newest !== form.elements.seen.value) theyWrote(live.dataset.newest);
  refresh(); // now it is seen
}

function fresh() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function prepareAnswer() {
  const text = form.elements.text;
  const problem = document.getElementById("problem");
  let sending = false;
  let typed = 0;

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
      const fields = { once: form.elements.once.value, seen: form.elements.seen.value, text: sent };
      if (form.elements.anyway?.checked) fields.anyway = "yes"; // others may be reading
      const answer = await ask(form.action, fields);
      if (answer.status === 204) {
        if (text.value === sent) text.value = "";
        form.elements.once.value = fresh();
        text.dispatchEvent(new Event("input"));
      } else {
        say(await answer.text());
        // Asked once: the same answer sent again goes, unless they write again.
        if (answer.headers.has("X-Newest")) form.elements.seen.value = answer.headers.get("X-Newest");
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
  text.addEventListener("input", () => {
    if (!text.value || Date.now() - typed < TYPING_MS) return;
    typed = Date.now();
    ask(form.dataset.typing, {}).catch(() => {});
  });

  prepareInserting(text);
  prepareSize(text);
}

function prepareSize(text) {
  const size = document.getElementById("size");
  const looks = document.getElementById("looks");
  if (!size.dataset.measure) return;
  let timer = 0;
  let turn = 0;
  const show = (found) => {
    size.textContent = found.text;
    size.classList.toggle("wide", found.wide);
    looks.hidden = !found.looks.length;
    looks.querySelector("ol").replaceChildren(
      ...found.looks.map((message) => {
        const item = document.createElement("li");
        item.textContent = message;
        return item;
      }),
    );
  };
  const nothing = { text: "", wide: false, looks: [] };
  const measure = async () => {
    const mine = ++turn;
    if (!text.value.trim()) {
      show(nothing);
      return;
    }
    try {
      const found = await (await ask(size.dataset.measure, { text: text.value })).json();
      if (mine === turn) show(found);
    } catch {
      show(nothing);
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

// Whether it is safe to text: said without leaving the page.
function prepareSafe() {
  document.addEventListener("submit", async (event) => {
    if (!event.target.matches("form.safe")) return;
    event.preventDefault();
    const { value, ariaPressed } = event.submitter;
    await ask(event.target.action, { safe: ariaPressed === "true" ? "" : value }).catch(() => {});
    refresh();
  });
}

// Nobody moved for a while, or looks at something else: whoever walks past the screen should read nothing.
function prepareCover() {
  const set = (covered) => {
    if (!cover.isConnected || body.classList.contains("covered") === covered) return;
    body.classList.toggle("covered", covered);
    cover.hidden = !covered;
    if (covered) {
      document.querySelectorAll("dialog[open]").forEach((dialog) => dialog.close());
      document.getElementById("uncover").focus();
    } else {
      (form ? form.elements.text : main).focus();
      theyWroteMeanwhile(document.getElementById("live"));
    }
  };
  document.getElementById("uncover").addEventListener("click", () => set(false));
  // Any key brings it back, and does nothing else.
  addEventListener(
    "keydown",
    (event) => {
      if (!body.classList.contains("covered") || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      set(false);
    },
    { capture: true },
  );
  addEventListener("blur", () => (elsewhere = Date.now()));
  addEventListener("focus", () => (elsewhere = 0));
  setInterval(() => {
    if (idleFor() > COVER_MS || (elsewhere && Date.now() - elsewhere > ELSEWHERE_MS)) set(true);
  }, 5000);
  const hide = document.getElementById("hide");
  hide.hidden = false;
  hide.addEventListener("click", () => set(true));
}

if (form) {
  prepareAnswer();
  prepareDialogs();
  prepareSafe();
}
if (cover) {
  prepareCover();
  history.scrollRestoration = "manual"; // also after a reload a talk opens at its end
  toEnd();
  // What opens below takes room from the talk: its end stays in sight, and so does what was opened.
  const room = new ResizeObserver(() => {
    if (thread()?.dataset.atEnd !== "no" && thread() && thread().scrollHeight > thread().clientHeight) toEnd();
  });
  room.observe(thread());
  document.addEventListener("swapped", () => thread() && room.observe(thread()));
  document.querySelectorAll("details").forEach((part) =>
    part.addEventListener("toggle", () => part.open && part.scrollIntoView({ block: "nearest" })),
  );
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
