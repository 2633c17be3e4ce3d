/* Where a question is typed. What is typed survives a reload, until it is sent. */

const LONGEST = 8000; // characters, the most the service takes

/** Whether a key belongs to an input method; Safari says so by the key code alone. */
function isComposing(event) {
  return event.isComposing || event.keyCode === 229;
}

class Composer {
  constructor({ words, ask, conversation }) {
    this.words = words;
    this.ask = ask;
    this.key = `${conversation.key}:draft`;
    this.field = make("textarea", {
      id: "question",
      class: "field",
      rows: 1,
      dir: "auto",
      placeholder: words.placeholder,
      autocomplete: "off",
      enterkeyhint: "send",
      "aria-describedby": "problem",
      oninput: () => this.#typed(),
      onkeydown: (event) => this.#key(event),
    });
    this.field.value = tabStorage.get(this.key);
    this.problem = make("p", { id: "problem", class: "problem", role: "alert" });
    this.button = make(
      "button",
      { type: "submit", class: "send", "aria-label": words.send, title: words.send },
      icon("send"),
    );
    this.node = make(
      "form",
      { class: "composer", onsubmit: (event) => (event.preventDefault(), this.#submit()) },
      this.problem,
      make("label", { class: "heard", for: "question" }, words.question),
      make("div", { class: "box" }, this.field, this.button),
    );
    this.#typed();
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  /** Enter sends and Shift+Enter breaks the line; Enter that picks a word of an input method does neither. */
  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    this.#submit();
  }

  #typed() {
    const { field } = this;
    tabStorage.set(this.key, field.value);
    this.button.classList.toggle("empty", !field.value.trim());
    if (field.value.trim().length <= LONGEST) this.#complain("");
    field.style.height = "auto";
    if (field.scrollHeight) field.style.height = `${field.scrollHeight}px`;
  }

  #submit() {
    const text = this.field.value.trim();
    if (text.length > LONGEST) this.#complain(this.words.tooLong(text.length, LONGEST));
    else if (text) {
      this.field.value = "";
      this.#typed();
      this.ask(text);
    }
    this.focus();
  }

  #complain(text) {
    this.problem.textContent = text;
    if (text) this.field.setAttribute("aria-invalid", "true");
    else this.field.removeAttribute("aria-invalid");
  }
}
