// Show and hide a passphrase; it is hidden again before it is sent, so that no browser remembers it as text.
export function reveal(page) {
  for (const button of page.querySelectorAll("[data-reveal]")) {
    const field = page.getElementById(button.getAttribute("aria-controls"));
    if (!field) continue;
    const show = (visible) => {
      field.type = visible ? "text" : "password";
      button.textContent = visible ? button.dataset.hide : button.dataset.show;
      button.setAttribute("aria-label", visible ? button.dataset.hideLabel : button.dataset.showLabel);
    };
    button.hidden = false;
    button.addEventListener("click", () => show(field.type === "password"));
    field.form?.addEventListener("submit", () => show(false));
  }
}
