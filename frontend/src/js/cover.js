// A screen that was left alone shows nothing more. What was read leaves the page; what was being typed stays, out of
// sight, and goes on sealed. The server is not asked for anything: that would lengthen the session.
const KEEP = "only_kept"; // the server keeps the form and does nothing else with it

const asks = (field) => field.name && field.type !== "hidden" && field.matches("input, select, textarea");

function changed(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((one) => one.selected !== one.defaultSelected);
  return field.value !== field.defaultValue;
}

// What answers a form that was sent has its answers in it already, though nobody typed since. A form of which the
// server keeps nothing leaves with the rest of the page.
function typedIn(main, posted) {
  const forms = [...main.querySelectorAll("form[data-keeps]")];
  return forms.find((form) => [...form.elements].some((field) => asks(field) && (posted || changed(field))));
}

function headed(text) {
  const heading = Object.assign(document.createElement("h1"), { className: "govuk-heading-l", textContent: text });
  heading.tabIndex = -1;
  return heading;
}

function send(form) {
  const mark = Object.assign(document.createElement("input"), { type: "hidden", name: KEEP, value: "1" });
  form.append(mark);
  form.submit();
}

export function cover(page, name) {
  const main = page.getElementById("main");
  const { content, dataset } = page.querySelector(`template[data-covers="${name}"]`);
  const form = main.querySelector("form[data-typed]") || typedIn(main, "posted" in dataset);
  const [laid, heading] = [content.cloneNode(true), headed(dataset.heading)];
  for (const unfit of laid.querySelectorAll(form ? "[data-untyped]" : "[data-typed]")) unfit.remove();
  laid.querySelector("button[data-typed]")?.addEventListener("click", () => send(form));
  main.replaceChildren(heading, laid);
  if (form) {
    form.dataset.typed = form.hidden = true;
    main.append(form);
  }
  page.title = dataset.heading;
  heading.focus();
}
