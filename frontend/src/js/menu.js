// On a narrow screen the navigation folds behind a button.
export function menu(page) {
  const button = page.querySelector("[data-menu]");
  const list = button && page.getElementById(button.getAttribute("aria-controls"));
  if (!list) return;
  const wide = matchMedia("(min-width: 40.0625em)");
  const show = (open) => {
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  const fold = () => {
    button.hidden = wide.matches;
    show(wide.matches);
  };
  button.addEventListener("click", () => show(list.hidden));
  wide.addEventListener("change", fold);
  fold();
}
