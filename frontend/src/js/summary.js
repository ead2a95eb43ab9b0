// Errors are read first: the summary takes the focus, and its links go to the field itself.
export function summary(page) {
  const box = page.querySelector("[data-error-summary]");
  if (!box) return;
  box.tabIndex = -1;
  box.focus();
  box.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && page.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (field.closest("fieldset") || field.labels?.[0] || field).scrollIntoView();
    field.focus({ preventScroll: true });
  });
}
