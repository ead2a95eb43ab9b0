// Without a line the browser would put its own error page in the place of what was typed: nothing is sent, and it is said.
export function line(page) {
  const said = page.querySelector("[data-no-line]");
  if (!said) return;
  page.addEventListener("submit", (event) => {
    if (event.defaultPrevented || navigator.onLine) return;
    event.preventDefault();
    (event.submitter || event.target.lastElementChild).before(said);
    said.hidden = false;
    said.scrollIntoView({ block: "nearest" });
  });
  addEventListener("online", () => {
    said.hidden = true;
  });
}
