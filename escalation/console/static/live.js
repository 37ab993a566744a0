// Live pages. The event stream says what changed, never what is in it; the page then fetches its own fragment
// through the same checked address as always. Without this script everything works by reload.

const body = document.body;
const main = document.getElementById("main");
const banner = document.getElementById("banner");
const sound = document.getElementById("sound");
const counter = document.getElementById("nav-waiting");

const SILENT_MS = 30000; // no sign of life for so long: the line is broken
const POLL_MS = 15000; // then ask by ourselves this often
const IDLE_MS = 28 * 60000; // two minutes before the server ends an idle session
const SEEN_MS = 60000; // tell the server at most this often that somebody is here
const AGAIN_MS = [0, 0, 30000, 10000]; // by the alarm's level: how often the sound comes again

let lastHeard = Date.now();
let lastInput = Date.now();
let lastSeen = Date.now();
let leading = false; // one tab holds the stream and makes the sound for all
let known = null; // ids that were waiting when we looked last
let urgent = { level: 0, words: "" }; // what the server says of who waits, and for how long
let sounded = 0;

let lost = false; // whether the last fetch failed

// What the counsellor has to know before anything else; one thing at a time.
function warn() {
  const text = idleFor() > IDLE_MS ? body.dataset.idle : lost ? body.dataset.lost : urgent.words;
  if (banner.textContent !== text) banner.textContent = text;
  banner.hidden = !text;
  banner.classList.toggle("urgent", text !== "" && text === urgent.words && urgent.level > 1);
}

export function leave() {
  // Words typed and not sent stay on the page (ended.js).
    if (!document.dispatchEvent(new CustomEvent("signed-out", { cancelable: true }))) return;
  main.replaceChildren(); // nothing of a talk stays on the screen
  location.replace("/login");
}

export async function ask(path, fields) {
  const options = { headers: { "X-Live": "1", ...(unwatched() && { "X-Away": "1" }) }, cache: "no-store", credentials: "same-origin" };
  if (fields) {
    options.method = "POST";
    options.body = new URLSearchParams({ token: body.dataset.token, ...fields });
  }
  const answer = await fetch(path, options);
  if (answer.status === 401) {
    leave();
    throw new Error("signed out");
  }
  return answer;
}

// Nobody can see the page: what it shows has not been read.
export function unwatched() {
  return document.hidden || body.classList.contains("covered");
}

async function fragment(path) {
  const answer = await ask(path);
  if (!answer.ok) throw new Error("not now");
  return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("live");
}

// Fetches one fragment; asked again meanwhile, it fetches once more afterwards.
function fetcher(path, use) {
  let running = false;
  let again = false;
  return async function fetchIt() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      use(await fragment(path));
      lost = false;
    } catch {
      lost = true;
    }
    warn();
    running = false;
    if (again) {
      again = false;
      fetchIt();
    }
  };
}

function swap(fresh) {
  const old = document.getElementById("live");
  if (!fresh) return;
  // What somebody unfolded stays so.
  for (const { id } of old.querySelectorAll("details[open][id]")) fresh.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
  if (old.isEqualNode(fresh)) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(fresh);
  if (focused) (document.getElementById(focused) || main).focus();
  document.dispatchEvent(new CustomEvent("swapped", { detail: { old, fresh } }));
}

function count(fresh) {
  const waiting = Number(fresh.dataset.waiting);
  const ids = fresh.dataset.ids.split(" ").filter(Boolean);
  counter.textContent = waiting;
  counter.hidden = waiting === 0;
  if (main.dataset.about === "queue") {
    document.title = (waiting ? `(${waiting}) ` : "") + `${main.dataset.title} · ${body.dataset.name}`;
  }
  urgent = { level: Number(fresh.dataset.alarm), words: fresh.dataset.words };
  if (known && urgent.level && ids.some((id) => !known.has(id))) alarm();
  known = new Set(ids);
  warn();
}

// A sound and, where allowed, a notification. Both say that somebody waits, and nothing else.
function alarm() {
  if (!leading || !soundOn()) return;
  sounded = Date.now();
  const audio = new AudioContext();
  const loud = urgent.level > 2;
  (loud ? [660, 880, 660, 880, 1100] : [660, 880]).forEach((pitch, place) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const start = audio.currentTime + place * 0.22;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(loud ? 0.35 : 0.12, start);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.2);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.2);
  });
  setTimeout(() => audio.close(), 2000);
  if (document.hidden && window.Notification?.permission === "granted") {
    new Notification(body.dataset.name, {
      body: body.dataset.alert,
      tag: "waiting",
      renotify: true,
      requireInteraction: loud,
    });
  }
}

function soundOn() {
  return localStorage.getItem("sound") !== "off"; // a missed alarm is worse than an unwanted one
}

function prepareSound() {
  const apply = () => sound.setAttribute("aria-pressed", String(soundOn()));
  sound.hidden = false;
  apply();
  sound.addEventListener("click", () => {
    localStorage.setItem("sound", soundOn() ? "off" : "on");
    if (window.Notification?.permission === "default") Notification.requestPermission();
    apply();
  });
}

const onQueue = main.dataset.about === "queue" && main.dataset.counts !== "no";
const refreshQueue = fetcher(onQueue ? main.dataset.live : "/queue/live?brief=1", (fresh) => {
  count(fresh);
  if (onQueue) swap(fresh);
});
export const refresh = onQueue ? refreshQueue : main.dataset.live ? fetcher(main.dataset.live, swap) : () => {};

function hear(change) {
  lastHeard = Date.now();
  if (change === "out") leave();
  if (change === "all" || change === "queue") refreshQueue();
  if (!onQueue && (change === "all" || change === main.dataset.about)) refresh();
}

// One stream for all tabs: browsers allow few connections to a host, and one sound is enough.
function listen() {
  const tabs = new BroadcastChannel("live");
  tabs.onmessage = (message) => hear(message.data);
  const lead = () =>
    new Promise(() => {
      leading = true;
      const open = () => {
        const source = new EventSource("/events");
        source.onmessage = (message) => {
          // Only an answer tells the server that this machine is still there.
          if (message.data === "beat") ask("/beat", {}).catch(() => {});
          hear(message.data);
          tabs.postMessage(message.data);
        };
        source.onerror = () => {
          if (source.readyState !== EventSource.CLOSED) return;
          refresh(); // signed out, or the server is starting: this finds out which
          setTimeout(open, 5000);
        };
      };
      open();
    });
  if (!navigator.locks) {
    lead();
    return;
  }
  navigator.locks.request("live", { ifAvailable: true }, (lock) => {
    if (lock) return lead();
    hear("all"); // another tab has the stream: what changed while this page was on its way was told to nobody
    navigator.locks.request("live", lead);
  });
}

function seen() {
  lastInput = Date.now();
  warn();
  if (lastInput - lastSeen < SEEN_MS) return;
  lastSeen = lastInput;
  ask("/present", {}).catch(() => {});
}

export function idleFor() {
  return Date.now() - lastInput;
}

function watch() {
  const silent = Date.now() - lastHeard;
  if (silent > SILENT_MS) {
    lastHeard = Date.now() - SILENT_MS + POLL_MS;
    refreshQueue();
    if (!onQueue) refresh();
  }
  const again = AGAIN_MS[urgent.level];
  if (again && Date.now() - sounded > again) alarm();
  warn();
}

export function start() {
  if (sound) prepareSound();
  for (const kind of ["pointermove", "pointerdown", "keydown", "wheel"]) addEventListener(kind, seen, { passive: true });
  // A page that comes back from the browser's memory may show a talk that is gone.
  addEventListener("pageshow", (shown) => {
    if (!shown.persisted) return;
    main.replaceChildren();
    location.reload();
  });
  setInterval(watch, 5000);
  // Waiting times grow by themselves.
  setInterval(() => (onQueue ? refreshQueue() : refresh()), 30000);
  listen();
}
