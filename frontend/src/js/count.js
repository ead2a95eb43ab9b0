// How many characters are left, said by eye at once and by ear after a pause.
const PAUSE = 1000;

function sentence(data, left) {
  const one = Math.abs(left) < 2 && document.documentElement.lang === "fr" ? true : Math.abs(left) === 1;
  const text = left < 0 ? (one ? data.overOne : data.over) : one ? data.leftOne : data.left;
  return text.replace("{n}", new Intl.NumberFormat(document.documentElement.lang).format(Math.abs(left)));
}

function watch(area, box) {
  const shown = box.querySelector("[data-shown]");
  const spoken = box.querySelector("[data-spoken]");
  let timer;
  const tell = () => {
    const left = Number(box.dataset.count) - [...area.value.replace(/\r\n/g, "\n")].length;
    shown.textContent = sentence(box.dataset, left);
    shown.classList.toggle("govuk-error-message", left < 0);
    clearTimeout(timer);
    timer = setTimeout(() => {
      spoken.textContent = shown.textContent;
    }, PAUSE);
  };
  area.addEventListener("input", tell);
  tell();
}

export function count(page) {
  for (const box of page.querySelectorAll("[data-count]")) {
    const area = page.getElementById(box.dataset.for);
    if (area) watch(area, box);
  }
}
