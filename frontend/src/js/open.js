// What closes by itself: the minutes left by eye, the last one and the end by ear too, and then the cover.
import { cover } from "./cover.js";

const MINUTE = 60000;
const TICK = 1000;

// The server counted from when it answered, and a page can be long on its way. A clock that is set back, or a machine
// that slept, lengthens nothing.
function passed() {
  const [way] = performance.getEntriesByType("navigation");
  const late = way ? Math.max(0, way.domInteractive - way.responseStart) : 0;
  const [told, ran] = [Date.now(), performance.now()];
  return () => late + Math.max(Date.now() - told, performance.now() - ran);
}

function watch(page, shown, since) {
  const spoken = page.querySelector("[data-open-spoken]");
  const { open, one, many, closed, cover: name } = shown.dataset;
  const box = shown.closest(".app-open");
  let said;
  const say = (text, aloud) => {
    if (text === said) return;
    said = shown.textContent = text;
    if (aloud && spoken) spoken.textContent = text;
  };
  const tell = () => {
    const left = Math.ceil((open * 1000 - since()) / MINUTE);
    box.classList.toggle("app-open--soon", left === 1);
    box.hidden = left > 1 && !many;
    if (left < 1) {
      say(closed, true);
      clearInterval(timer);
      page.removeEventListener("visibilitychange", tell);
      box.querySelector("form")?.remove();
      if (name) cover(page, name);
    } else if (left === 1) {
      say(one, true);
    } else if (many) {
      say(many.replace("{n}", new Intl.NumberFormat(document.documentElement.lang).format(left)), false);
    }
  };
  const timer = setInterval(tell, TICK);
  page.addEventListener("visibilitychange", tell);
  tell();
}

export function open(page) {
  const since = passed();
  for (const shown of page.querySelectorAll("[data-open]")) watch(page, shown, since);
}
