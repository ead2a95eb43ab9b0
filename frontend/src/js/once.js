// A second press on a slow line sends nothing twice; the server refuses the same `once` anyway.
const PAUSE = 8000;

export function once(page) {
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "true";
    setTimeout(() => delete form.dataset.sent, PAUSE);
  });
  addEventListener("pageshow", () => {
    for (const form of page.forms) delete form.dataset.sent;
  });
}
