// At the doors: has the browser make a passkey, or show one. Without this script, or in a browser that keeps none for this page, the
// pages say nothing of it and the passphrase lets in.
const able = "PublicKeyCredential" in window && "credentials" in navigator;
const form = document.getElementById("passkey");

function bytes(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function listed(list) {
  return (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
}

async function create(asked) {
  const user = { ...asked.user, id: bytes(asked.user.id) };
  const excludeCredentials = listed(asked.excludeCredentials);
  const publicKey = { ...asked, challenge: bytes(asked.challenge), user, excludeCredentials };
  const made = await navigator.credentials.create({ publicKey });
  const { attestationObject, clientDataJSON } = made.response;
  return { made, response: { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) } };
}

async function get(asked) {
  const publicKey = { ...asked, challenge: bytes(asked.challenge), allowCredentials: listed(asked.allowCredentials) };
  const made = await navigator.credentials.get({ publicKey });
  const { authenticatorData, clientDataJSON, signature, userHandle } = made.response;
  const response = {
    authenticatorData: text(authenticatorData),
    clientDataJSON: text(clientDataJSON),
    signature: text(signature),
    userHandle: userHandle && userHandle.byteLength > 0 ? text(userHandle) : null,
  };
  return { made, response };
}

async function ask() {
  const begun = await fetch(form.dataset.begin, { method: "POST", body: new URLSearchParams() });
  if (!begun.ok) throw new Error(String(begun.status));
  const { question, asked } = await begun.json();
  const { made, response } = await (form.dataset.asks === "create" ? create(asked) : get(asked));
  const answer = { id: made.id, rawId: text(made.rawId), type: made.type, response, extensions: {} };
  form.elements.question.value = question;
  form.elements.answer.value = JSON.stringify(answer);
  form.submit();
}

if (able && form) {
  form.hidden = false;
  const unable = document.getElementById("passkey-unable");
  if (unable) unable.hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.getElementById("passkey-refused").hidden = true;
    ask().catch(() => (document.getElementById("passkey-refused").hidden = false));
  });
}

const adding = document.getElementById("passkey-add");
if (able && adding) adding.hidden = false;
