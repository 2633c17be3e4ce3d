/* The list of what was said. Entries keep their elements, so that a screen reader hears only what is new. */

const SLOW = 5000; // milliseconds until the asker is told that this one takes longer

/** One question with what became of it: being looked up, failed, or answered. */
class Entry {
  #state = "";
  #feedback = null;
  #timer = 0;

  constructor(question, context) {
    this.context = context;
    const bubble = make("p", { dir: "auto", lang: languageOf(question, context.words.tag) }, question);
    this.outcome = make("div", { class: "outcome" });
    this.node = make(
      "div",
      { class: "entry" },
      make("div", { class: "message asked" }, heard(context.words.you), bubble),
      this.outcome,
    );
  }

  /** Shows an answered turn. Returns whether that is news. */
  answer(turn) {
    this.turn = turn;
    const build = () => [answerMessage(turn, this.context), make("div", { class: "reaction" })];
    const news = this.#become("answered", build);
    const feedback = turn.feedback ?? null;
    if (news || feedback !== this.#feedback) this.#react();
    this.#feedback = feedback;
    return news;
  }

  /** Shows a question that waits; `current` when it is the one on its way. */
  wait(item, current) {
    if (item.failure) this.#become(JSON.stringify(item.failure), () => [this.#failure(item)]);
    else if (current) this.#become("looking", () => [this.#looking()]);
    else this.#become("queued", () => []);
  }

  /** Asks for a comment on the answer. */
  comment(value) {
    this.commenting = value;
    this.#react();
  }

  remove() {
    clearInterval(this.#timer);
    this.node.remove();
  }

  #become(state, build) {
    if (state === this.#state) return false;
    clearInterval(this.#timer);
    this.#state = state;
    this.outcome.replaceChildren(...build());
    return true;
  }

  #react() {
    const { turn, context } = this;
    const row = answerActions(turn, context);
    const reaction = this.outcome.lastElementChild;
    const focused = reaction.contains(reaction.getRootNode().activeElement) && this.#focusedThumb(reaction);
    const done = () => {
      this.commenting = null;
      this.#react();
      this.#thumb(this.turn.feedback).focus();
    };
    reaction.replaceChildren(row);
    if (this.commenting) reaction.append(commentForm(turn, this.commenting, context, done));
    if (focused) this.#thumb(focused).focus();
  }

  #focusedThumb(reaction) {
    return reaction.getRootNode().activeElement.dataset.thumb;
  }

  #thumb(value) {
    return this.outcome.querySelector(`[data-thumb="${value}"]`);
  }

  #looking() {
    const { words } = this.context;
    const dots = make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i"));
    const row = make("div", { class: "message looking" }, dots, heard(words.looking));
    this.#timer = setTimeout(() => row.append(make("span", { class: "slow" }, words.slow)), SLOW);
    return row;
  }

  #failure(item) {
    const { words, conversation, focusInput } = this.context;
    const act = (label, look, action) =>
      textButton(label, look, () => {
        action();
        focusInput(); // the button itself goes
      });
    return make(
      "div",
      { class: "failure" },
      make("p", {}, icon("alert"), make("span", {}, this.#reason(item.failure))),
      make(
        "div",
        { class: "failure-buttons" },
        act(words.again, "button primary", () => conversation.again(item.id)),
        act(words.discard, "button", () => conversation.discard(item.id)),
      ),
    );
  }

  /** The reason as a text node; a wait counts down in place, which is no addition and so not announced. */
  #reason({ kind, until, automatic }) {
    const { failures, dates } = this.context.words;
    if (kind !== "limit") return document.createTextNode(failures[kind]());
    const left = () => Math.ceil((until - Date.now()) / 1000);
    const say = () => {
      if (left() <= 0) return failures.limitOver();
      if (automatic) return failures.limit(left());
      const time = new Date(until).toLocaleTimeString(dates, { hour: "2-digit", minute: "2-digit" });
      return failures.limitLong(time);
    };
    const text = document.createTextNode(say());
    this.#timer = setInterval(() => (text.data = say()), 1000);
    return text;
  }
}

/** The scrolling part of the chat: greeting, entries, suggested questions. */
class Log {
  #entries = new Map();
  #suggested = "";

  constructor(settings, context) {
    this.settings = settings;
    this.context = { ...context, comment: (turn, value) => this.#comment(turn, value) };
    const { words } = context;
    this.list = make("div", { class: "entries" });
    this.note = make("div", { class: "notes" });
    this.suggestions = make("div", { class: "suggestions", "aria-live": "off" });
    this.node = make(
      "div",
      {
        class: "log",
        role: "log",
        "aria-label": words.log,
        "aria-relevant": "additions",
        tabindex: 0,
        onscroll: () => this.#scrolled(),
      },
      this.#greeting(),
      this.note,
      this.list,
      this.suggestions,
    );
    this.jump = textButton(words.newAnswer, "jump", () => this.toEnd(), "down");
    this.jump.hidden = true;
  }

  /** Brings the list in line with the memory; `silent` when it is first filled, so nothing old is read out. */
  paint({ turns, waiting }, silent) {
    this.node.setAttribute("aria-busy", String(silent));
    const near = this.#nearEnd();
    const current = waiting.find((item) => !item.failure);
    const keys = new Set();
    let news = null;
    const place = (key, question) => {
      keys.add(key);
      const entry = this.#entries.get(key) ?? new Entry(question, this.context);
      this.#entries.set(key, entry);
      const there = this.list.children[keys.size - 1] ?? null;
      if (there !== entry.node) this.list.insertBefore(entry.node, there);
      return entry;
    };
    for (const turn of turns) {
      const entry = place(turn.message ?? turn.turn, turn.question);
      if (entry.answer(turn)) news = entry;
    }
    for (const item of waiting) place(item.id, item.text).wait(item, item === current);
    this.#drop(keys);
    this.#suggest(turns, waiting);
    if (silent) this.toEnd();
    else if (near) this.#show(news ?? [...this.#entries.values()].at(-1));
    else if (news) this.jump.hidden = false;
    if (silent) requestAnimationFrame(() => this.node.setAttribute("aria-busy", "false"));
  }

  /** A line that nobody in the conversation said, such as that the earlier one has expired. */
  remark(text) {
    this.note.replaceChildren(...(text ? [make("p", {}, text)] : []));
  }

  toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
    this.#scrolled();
  }

  #comment(turnId, value) {
    const entry = [...this.#entries.values()].find(({ turn }) => turn?.turn === turnId);
    if (!entry) return;
    entry.comment(value);
    // By hand: scrollIntoView would scroll the page around the chat too.
    const hidden = entry.node.getBoundingClientRect().bottom - this.node.getBoundingClientRect().bottom;
    if (hidden > 0) this.node.scrollTop += hidden + 16;
  }

  #greeting() {
    const text = this.settings.greeting;
    return make(
      "div",
      { class: "message answer greeting" },
      heard(this.context.words.assistant),
      make("div", { class: "prose", lang: languageOf(text, this.context.words.tag) }, ...prose(text)),
    );
  }

  #drop(keys) {
    for (const [key, entry] of this.#entries) {
      if (keys.has(key)) continue;
      entry.remove();
      this.#entries.delete(key);
    }
  }

  #suggest(turns, waiting) {
    const last = turns.at(-1);
    const questions = waiting.length ? [] : (last?.suggestions ?? (last ? [] : this.settings.suggestions));
    const stuck = Boolean(last && !last.answered && !waiting.length);
    const state = JSON.stringify([questions, stuck && last.turn]);
    if (state === this.#suggested) return;
    this.#suggested = state;
    const { words, ask } = this.context;
    const chip = (text, shown = text, drawing = null) =>
      make("li", { lang: languageOf(shown, words.tag) }, textButton(shown, "chip", () => ask(text), drawing));
    const chips = questions.map((text) => chip(text));
    if (stuck && last.topic === "unavailable") chips.push(chip(last.question, words.askAgain, "restart"));
    if (stuck) chips.push(chip(words.personQuestion, words.person, "person"));
    const label = make("p", { id: "suggestions" }, words.suggestionsLabel);
    const list = make("ul", { "aria-labelledby": "suggestions" }, ...chips);
    this.suggestions.replaceChildren(...(chips.length ? [label, list] : []));
  }

  /** Scrolls so that a new entry begins at the top when it is long, and ends at the bottom when it is short. */
  #show(entry) {
    if (!entry) return;
    this.node.scrollTop = Math.min(entry.node.offsetTop - 12, this.node.scrollHeight);
    this.#scrolled();
  }

  #nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.node;
    return scrollHeight - scrollTop - clientHeight < 80;
  }

  #scrolled() {
    if (this.#nearEnd()) this.jump.hidden = true;
  }
}
