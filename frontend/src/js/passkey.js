// A passkey is asked for, or made, by the browser; its answer is sent with the form round the button.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

function text(buffer) {
  const signs = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function readable(options) {
  const plain = { ...options, challenge: bytes(options.challenge) };
  plain.extensions = { prf: { eval: { first: bytes(options.extensions.prf.eval.first) } } };
  if (options.user) plain.user = { ...options.user, id: bytes(options.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (options[list]) plain[list] = options[list].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return plain;
}

function written(credential) {
  const response = {};
  for (const part of ["clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject"]) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

const secretOf = (credential) => credential.getClientExtensionResults().prf?.results?.first;

// Many passkeys give their secret only when they are asked, not when they are made.
async function secretOfNew(made, options) {
  if (secretOf(made) || !made.getClientExtensionResults().prf?.enabled) return secretOf(made);
  const allowCredentials = [{ type: "public-key", id: made.rawId }];
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  const asked = { challenge, allowCredentials, rpId: options.rp.id, userVerification: "required" };
  return secretOf(await navigator.credentials.get({ publicKey: { ...asked, extensions: options.extensions } }));
}

async function answer(options) {
  if (!options.rp) {
    const found = await navigator.credentials.get({ publicKey: options });
    return [found, secretOf(found)];
  }
  const made = await navigator.credentials.create({ publicKey: options });
  return [made, await secretOfNew(made, options).catch(() => undefined)];
}

async function use(box, form) {
  const said = box.querySelector("[role=status]");
  const options = readable(JSON.parse(box.dataset.options));
  const phrase = form.elements.passphrase;
  const makes = Boolean(options.user);
  const lacks = (secret) => {
    if (!phrase || phrase.value || secret) return false;
    said.textContent = box.dataset.phrase;
    phrase.focus();
    return true;
  };
  said.textContent = "";
  if (makes && lacks()) return; // before the finger: nothing is made that would not be added
  try {
    const [credential, secret] = await answer(options);
    if (lacks(secret)) return;
    form.elements.assertion.value = written(credential);
    form.elements.prf.value = secret && (makes || !phrase?.value) ? text(secret) : "";
    form.requestSubmit();
  } catch {
    said.textContent = box.dataset.failed;
  }
}

export function passkey(page) {
  for (const box of page.querySelectorAll("[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    box.hidden = false;
    const form = box.closest("form");
    box.querySelector("button").addEventListener("click", () => use(box, form));
    if (form.querySelector("[type=submit]")) continue;
    // The key under the passphrase means the button too.
    form.addEventListener("submit", (event) => {
      if (form.elements.assertion.value) return;
      event.preventDefault();
      use(box, form);
    });
  }
}
