// Forms: a second press does nothing, the button says what happens, passwords can be shown, and
// the sentence that sums up a request follows what is chosen.

function busy(form, button) {
  form.dataset.sent = "yes";
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  const words = button.querySelector("span");
  if (words && button.dataset.busy) {
    button.dataset.rest = words.textContent;
    words.textContent = button.dataset.busy;
  }
}

function rested(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-busy]")) {
    button.removeAttribute("aria-busy");
    const words = button.querySelector("span");
    if (words && button.dataset.rest) words.textContent = button.dataset.rest;
  }
}

function guard(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  busy(form, event.submitter);
}

function startReveal() {
  for (const button of document.querySelectorAll("[data-reveals]")) {
    const field = document.getElementById(button.dataset.reveals);
    if (!field) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = field.type === "text";
      field.type = shown ? "password" : "text";
      button.querySelector("span").textContent = shown ? "Show" : "Hide";
      button.setAttribute("aria-label", shown ? "Show password" : "Hide password");
    });
    field.form?.addEventListener("submit", () => {
      field.type = "password";
    });
  }
}

const wordsOf = (input) => {
  const label = input?.closest("label")?.querySelector("span");
  return label ? label.firstChild.textContent.trim() : "";
};

function placeWords(form, name) {
  const chosen = form.querySelector(`input[name=${name}]:checked`);
  if (chosen?.value !== "other") return wordsOf(chosen);
  return form.elements[`${name}_other`].selectedOptions[0]?.textContent ?? "";
}

// "Move a patient, bed 12, from Kestrel Ward to CT 2, ready now, urgent"
function summarise(form, line) {
  const what = wordsOf(form.querySelector("input[name=task_type]:checked"));
  const from = placeWords(form, "from");
  const to = placeWords(form, "to");
  if (!what || !from || !to) {
    const open = [!what && "what", !from && "where from", !to && "where to"].filter(Boolean);
    line.textContent = `Still to choose: ${open.join(", ")}.`;
    return;
  }
  const subject = form.elements.subject.value.trim();
  const when = wordsOf(form.querySelector("input[name=when]:checked")).toLowerCase();
  const soon = wordsOf(form.querySelector("input[name=priority]:checked")).toLowerCase();
  const strong = (words) => Object.assign(document.createElement("b"), { textContent: words });
  line.replaceChildren(what, subject ? `, ${subject}, from ` : " from ", strong(from), " to ");
  line.append(strong(to), when && `, ${when}`, soon && `, ${soon}`);
}

function startSummary() {
  const form = document.querySelector("form[data-summary]");
  const line = form?.querySelector("[data-summary-words]");
  if (!line) return;
  form.addEventListener("input", () => summarise(form, line));
  summarise(form, line);
}

export function startForms() {
  document.addEventListener("submit", guard);
  addEventListener("pageshow", () => document.querySelectorAll("form").forEach(rested));
  startReveal();
  startSummary();
  document.querySelector("[data-focus]")?.focus();
}
