// What a second factor opened closes by itself: the minutes left by eye, the last one and the end by ear too.
const MINUTE = 60000;

export function open(page) {
  const shown = page.querySelector("[data-open]");
  if (!shown) return;
  const spoken = page.querySelector("[data-open-spoken]");
  const end = Date.now() + Number(shown.dataset.open) * 1000;
  const say = (text, aloud) => {
    shown.textContent = text;
    if (aloud && spoken) spoken.textContent = text;
  };
  const tell = () => {
    const left = Math.ceil((end - Date.now()) / MINUTE);
    if (left < 1) {
      say(shown.dataset.closed, true);
      clearInterval(timer);
    } else {
      const number = new Intl.NumberFormat(document.documentElement.lang).format(left);
      say(left === 1 ? shown.dataset.one : shown.dataset.many.replace("{n}", number), left === 1);
    }
  };
  const timer = setInterval(tell, MINUTE / 6);
  tell();
}
