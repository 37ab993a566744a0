// A session that ended while somebody wrote: the talk leaves the screen, their own words stay in a box.
// Whoever finds out sends "signed-out"; if we keep the page, they do not lead it away. Kept on this page only.

const body = document.body;
const main = document.getElementById("main");

function part(kind, words) {
  const made = document.createElement(kind);
  made.textContent = words;
  return made;
}

document.addEventListener("signed-out", (event) => {
  if (document.getElementById("words")) {
    event.preventDefault(); // found out twice
    return;
  }
  const typed = main.querySelector("textarea")?.value ?? "";
  if (!typed.trim()) return;
  event.preventDefault();
  const box = document.createElement("textarea");
  box.id = "words";
  box.rows = 8;
  box.readOnly = true;
  box.autocomplete = "off";
  box.value = typed;
  const label = part("label", body.dataset.endedWords);
  label.htmlFor = box.id;
  const again = part("a", body.dataset.endedAgain);
  again.className = "button";
  again.href = "/login";
  const card = document.createElement("section");
  card.className = "card narrow";
  card.append(part("h1", body.dataset.ended), part("p", body.dataset.endedLead), label, box, again);
  card.setAttribute("role", "alert");
  document.querySelectorAll("nav, .top-end, .note, .banner").forEach((old) => old.remove());
  document.title = `${body.dataset.ended} · ${body.dataset.name}`;
  body.className = "plain";
  main.replaceChildren(card);
  box.focus();
});
