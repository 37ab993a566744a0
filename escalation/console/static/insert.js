// Putting ready words into an answer: quick answers and help services. Inserted, never sent.

function insert(text, words) {
  const gap = text.selectionStart && !/\s/.test(text.value[text.selectionStart - 1]) ? " " : "";
  text.setRangeText(gap + words, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input"));
  text.focus();
}

// F2 puts the first service in; again, the next one in its place.
function prepareKey(text) {
  const services = [...document.querySelectorAll("[data-service]")];
  let at = -1;
  let put = "";
  addEventListener("keydown", (event) => {
    if (event.key !== "F2" || !services.length || !text.isConnected) return;
    event.preventDefault();
    const before = text.value.slice(0, text.selectionStart);
    if (put && before.endsWith(put)) {
      at = (at + 1) % services.length;
      text.setSelectionRange(before.length - put.length, text.selectionEnd);
    } else {
      at = 0;
    }
    put = services[at].dataset.insert;
    insert(text, put);
  });
}

// A slash in an empty box opens the quick answers; Escape goes back.
function prepareSlash(text) {
  const quick = document.getElementById("quick");
  if (!quick) return;
  text.addEventListener("keydown", (event) => {
    if (event.key !== "/" || text.value) return;
    event.preventDefault();
    quick.open = true;
    quick.querySelector("[data-insert]").focus();
  });
  quick.addEventListener("keydown", (event) => {
    const buttons = [...quick.querySelectorAll("[data-insert]")];
    const at = buttons.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && at >= 0) {
      event.preventDefault();
      buttons[(at + step + buttons.length) % buttons.length].focus();
    } else if (event.key === "Escape") {
      quick.open = false;
      text.focus();
    }
  });
}

export function prepareInserting(text) {
  document.querySelectorAll("[data-insert]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      insert(text, button.dataset.insert);
      button.closest("details").open = false;
    });
  });
  prepareKey(text);
  prepareSlash(text);
}
