// Shortcuts of the review queue, the search in the entries, and the progress of grouping. Every page works without.
"use strict";

const TYPED_INTO = "input:not([type=checkbox], [type=radio], [type=submit], [type=button]), textarea, select, [contenteditable]";

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target;
  if (at instanceof Element && at.matches(TYPED_INTO)) {
    if (event.key === "Escape") at.blur();
    return;
  }
  if (event.repeat || document.querySelector("dialog[open], [popover].dialog:popover-open:not(#keys)")) return;
  const key = event.key.toLowerCase();
  const wanted = [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key.split(" ").includes(key));
  if (!wanted) return;
  event.preventDefault();
  const first = wanted.dataset.first && document.getElementById(wanted.dataset.first);
  if (first) first.focus();
  else if (wanted.matches("input")) wanted.focus();
  else wanted.click();
});

// One decision, one request: a second press while the first is under way does nothing.
addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

function fold(text) {
  return text.normalize("NFKC").toLowerCase();
}

class EntrySearch {
  constructor(field, number) {
    this.field = field;
    this.known = [...document.querySelectorAll("#entries option")].map((option) => ({
      label: option.value,
      question: option.textContent,
      folded: fold(`${option.value} ${option.textContent}`),
    }));
    this.list = document.createElement("ul");
    this.list.className = "combo-list";
    this.list.id = `entries-${number}`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", field.labels[0].textContent);
    const box = document.createElement("div");
    box.className = "combo";
    field.before(box);
    box.append(field, this.list);
    field.removeAttribute("list");
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-expanded": "false", "aria-controls": this.list.id, "aria-autocomplete": "list",
    })) field.setAttribute(name, value);
    field.addEventListener("input", () => this.show());
    field.addEventListener("focus", () => this.show());
    field.addEventListener("blur", () => this.hide());
    field.addEventListener("keydown", (event) => this.press(event));
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const item = event.target.closest("[role=option]");
      if (item) this.take(item);
    });
  }

  show() {
    const words = fold(this.field.value).split(/\s+/).filter(Boolean);
    const found = this.known.filter((entry) => words.every((word) => entry.folded.includes(word)));
    this.list.replaceChildren(...found.map((entry, place) => this.item(entry, place)));
    if (!found.length) {
      const none = document.createElement("li");
      none.className = "combo-none";
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      none.textContent = this.field.dataset.none;
      this.list.append(none);
    }
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.field.removeAttribute("aria-activedescendant");
  }

  item(entry, place) {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${place}`;
    item.dataset.label = entry.label;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const label = document.createElement("span");
    label.className = "code";
    label.textContent = entry.label;
    item.append(entry.question, label);
    return item;
  }

  hide() {
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  take(item) {
    if (!item.dataset.label) return;
    this.field.value = item.dataset.label;
    this.hide();
  }

  press(event) {
    if (event.isComposing) return;
    const items = [...this.list.querySelectorAll("[data-label]")];
    const now = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) return this.show();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.mark(items, now < 0 && step < 0 ? items.length - 1 : (now + step + items.length) % items.length);
    } else if (event.key === "Enter" && !this.list.hidden && now >= 0) {
      event.preventDefault();
      this.take(items[now]);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.hide();
    }
  }

  mark(items, place) {
    items.forEach((item, each) => item.setAttribute("aria-selected", String(each === place)));
    if (!items[place]) return;
    items[place].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", items[place].id);
  }
}

document.querySelectorAll("[data-entries]").forEach((field, number) => new EntrySearch(field, number));

const progress = document.querySelector("[data-progress]");
if (progress) {
  const timer = setInterval(async () => {
    const answer = await fetch(progress.dataset.progress, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer || !answer.ok) return;
    const { pending } = await answer.json();
    progress.querySelector("[data-count]").textContent = pending;
    if (pending) return;
    clearInterval(timer);
    progress.classList.add("done");
    progress.querySelector("[role=status]").textContent = progress.dataset.done;
  }, 3000);
}
