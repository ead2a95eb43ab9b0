// Quick exit: empty the screen at once, close the session, leave the neutral site in the tab.
const WINDOW = 2000;

function leave(form) {
  document.body.hidden = true;
  document.title = "";
  fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true, redirect: "manual" }).catch(() => {});
  location.replace(form.dataset.exit);
}

export function exit(page) {
  const form = page.querySelector("form[data-exit]");
  if (!form) return;
  let presses = [];
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    leave(form);
  });
  page.addEventListener("keydown", (event) => {
    const now = Date.now();
    presses = event.key === "Escape" && !event.repeat ? [...presses.filter((at) => now - at < WINDOW), now] : [];
    if (presses.length === 3) leave(form);
  });
}
