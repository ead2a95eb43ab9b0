// Work that takes many presses presses itself again, until it is done or somebody stops it. Without this the button stays.
const PAUSE = 1500;

export function going(page) {
  const form = page.querySelector("form[data-go-on]");
  if (!form) return;
  for (const part of form.querySelectorAll("[data-go-on-part]")) part.hidden = false;
  const timer = setTimeout(() => form.requestSubmit(), PAUSE);
  form.querySelector("[data-go-on-stop]").addEventListener("click", () => {
    clearTimeout(timer);
    location.replace(form.dataset.goOn);
  });
}
