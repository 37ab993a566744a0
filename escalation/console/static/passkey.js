// Passkeys: asks the server what is to be signed, the browser to sign it, and sends the form with the answer.

const body = document.body;

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

function words(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function read(options) {
  const known = (list) => list.map((one) => ({ ...one, id: bytes(one.id) }));
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) read.allowCredentials = known(options.allowCredentials);
  if (options.excludeCredentials) read.excludeCredentials = known(options.excludeCredentials);
  return read;
}

function written(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = words(made.response[name]);
  }
  return JSON.stringify({ id: made.id, rawId: words(made.rawId), type: made.type, response });
}

async function ask(form) {
  const fields = new URLSearchParams(new FormData(form));
  fields.set("token", body.dataset.token);
  const options = { method: "POST", body: fields, headers: { "X-Live": "1" }, cache: "no-store" };
  const answer = await fetch(form.dataset.ask, options);
  if (answer.status === 401) location.replace("/login");
  if (!answer.ok) throw new Error(await answer.text());
  return read(await answer.json());
}

async function prove(form) {
  const publicKey = await ask(form);
  const making = form.dataset.passkey === "make";
  try {
    const made = await (making
      ? navigator.credentials.create({ publicKey })
      : navigator.credentials.get({ publicKey }));
    form.elements.credential.value = written(made);
  } catch {
    throw new Error(form.dataset.stopped); // the browser's own words differ, and tell less
  }
}

function prepare(form) {
  const problem = form.querySelector(".problem");
  const button = form.querySelector("button");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    problem.hidden = true;
    try {
      await prove(form);
      if (form.elements.password) form.elements.password.disabled = true; // proven already
      form.submit();
      return;
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
    button.disabled = false;
    button.focus();
  });
}

if (window.PublicKeyCredential) document.querySelectorAll("form[data-passkey]").forEach(prepare);
