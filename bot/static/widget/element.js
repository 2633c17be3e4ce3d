/* <compliance-chat>: a launcher with a panel, or with `data-inline` a panel in the page. */

const ATTRIBUTES = ["language", "theme", "color", "title", "position", "greeting", "suggestions", "inline"];
const SPOKEN = ["title", "greeting", "suggestions"]; // may also be given per language, as in data-title-zh
const OBSERVED = [...ATTRIBUTES, ...SPOKEN.flatMap((name) => Object.keys(WORDS).map((language) => `${name}-${language}`))];

const SHEET = new CSSStyleSheet();
SHEET.replaceSync(STYLE);

class ComplianceChat extends HTMLElement {
  static observedAttributes = OBSERVED.map((name) => `data-${name}`);
  static conversation;
  static defaults = {};

  #shadow = this.attachShadow({ mode: "open" });
  #small = matchMedia("(max-width: 520px), (max-height: 440px)");
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #listening = null;
  #open = false;

  connectedCallback() {
    this.#shadow.adoptedStyleSheets = [SHEET];
    this.#listening = new AbortController();
    const { conversation } = ComplianceChat;
    const listen = (target, type, act) => target.addEventListener(type, act, { signal: this.#listening.signal });
    listen(conversation, "change", () => this.#changed());
    listen(conversation, "expired", () => this.log.remark(this.words.expired));
    listen(this.#small, "change", () => this.#present());
    listen(this.#dark, "change", () => this.#colour());
    listen(document, "visibilitychange", () => this.#looked());
    if (window.visualViewport) listen(visualViewport, "resize", () => this.#fit());
    this.#build();
    if (this.inline || (session.get(this.#openKey) && !this.#small.matches)) this.#reveal();
    conversation.deliver();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#open = false;
  }

  attributeChangedCallback() {
    if (this.root) this.#build();
  }

  /** Opens the panel and takes the focus there. */
  open() {
    this.#reveal();
    this.#focusInside();
  }

  /** Minimises the panel and gives the focus back to the launcher. */
  close() {
    if (this.inline || !this.#open) return;
    this.#open = false;
    session.set(this.#openKey, "");
    this.panel.close();
    this.root.classList.remove("open");
    this.launcher.focus();
  }

  /** Asks a question as if it had been typed. */
  ask(text) {
    this.log.remark("");
    ComplianceChat.conversation.ask(text, this.language);
    this.log.toEnd();
    this.#focusInside();
  }

  get inline() {
    return this.#setting("inline") !== undefined;
  }

  /** The language chosen with the switch, as long as the page stays in the language it had then. */
  get language() {
    const given = chooseLanguage(this.#setting("language"));
    const [choice, before] = session.get(this.#languageKey).split(" ");
    return before === given && choice in WORDS ? choice : given;
  }

  get words() {
    return WORDS[this.language];
  }

  get #openKey() {
    return `${ComplianceChat.conversation.key}:open`;
  }

  get #languageKey() {
    return `${ComplianceChat.conversation.key}:language`;
  }

  #setting(name) {
    return this.dataset[name] ?? ComplianceChat.defaults[name];
  }

  /** A setting that is spoken: for this language, for any, or our own words. */
  #spoken(name) {
    const suffix = this.language[0].toUpperCase() + this.language.slice(1);
    return this.#setting(name + suffix) ?? this.#setting(name) ?? this.words[name];
  }

  get #settings() {
    const suggestions = this.#spoken("suggestions");
    const list = Array.isArray(suggestions) ? suggestions : suggestions.split(/[|\n]/);
    return {
      title: this.#spoken("title"),
      greeting: this.#spoken("greeting"),
      suggestions: list.map((text) => text.trim()).filter(Boolean),
    };
  }

  /** Builds everything anew; cheap enough for a change of language or of an attribute. */
  #build() {
    const { words } = this;
    const { conversation } = ComplianceChat;
    const settings = this.#settings;
    const context = {
      words,
      conversation,
      base: conversation.service.base,
      ask: (text) => this.ask(text),
      announce: (text, visible) => this.#announce(text, visible),
      focusInput: () => this.composer.focus(),
    };
    this.log = new Log(settings, context);
    this.composer = new Composer(context);
    this.toast = make("p", { class: "toast", role: "status" });
    this.spoken = make("p", { class: "heard", role: "status" });
    this.launcher = this.#launcher(settings);
    this.panel = this.#panel(settings);
    this.root = make("div", { class: `root ${this.inline ? "inline" : this.#side}`, lang: words.tag }, this.panel);
    if (!this.inline) this.root.append(this.launcher, this.spoken);
    this.root.addEventListener("keydown", (event) => this.#escape(event));
    this.#shadow.replaceChildren(this.root);
    this.#colour();
    this.#paint(true);
    if (this.#open) this.#present();
  }

  get #side() {
    return ["left", "right", "start"].includes(this.#setting("position")) ? this.#setting("position") : "end";
  }

  #launcher({ title }) {
    this.badge = make("span", { class: "badge", hidden: true });
    const button = make(
      "button",
      { type: "button", class: "launcher", "aria-haspopup": "dialog", title, onclick: () => this.open() },
      icon("chat"),
      heard(this.words.launcher),
      this.badge,
    );
    return button;
  }

  #panel(settings) {
    const { words } = this;
    this.frame = make(
      "div",
      { class: "frame", dir: "ltr" },
      this.#header(settings),
      make("div", { class: "middle" }, this.log.node, this.log.jump, this.toast),
      this.composer.node,
      make(
        "div",
        { class: "footer" },
        make(
          "button",
          { type: "button", class: "person", onclick: () => this.ask(words.personQuestion) },
          icon("person"),
          words.person,
        ),
        make("p", {}, words.disclaimer),
      ),
    );
    const attributes = { class: "panel", "aria-labelledby": "title" };
    if (this.inline) return make("section", attributes, this.frame);
    return make("dialog", { ...attributes, onclose: () => this.#dismissed() }, this.frame);
  }

  #header({ title }) {
    const { words } = this;
    const other = this.language === "zh" ? "en" : "zh";
    return make(
      "header",
      { class: "header" },
      make("span", { class: "mark" }, icon("shield")),
      make("div", { class: "names" }, make("h2", { id: "title", tabindex: -1 }, title), make("p", {}, words.subtitle)),
      make(
        "button",
        { type: "button", class: "icon-button switch", lang: WORDS[other].tag, "aria-label": words.switchTo, title: words.switchTo, onclick: () => this.#switch(other) },
        words.switchLabel,
      ),
      iconButton("restart", words.startOver, () => this.#confirmStartOver()),
      !this.inline && iconButton("minimise", words.minimise, () => this.close()),
    );
  }

  #switch(language) {
    session.set(this.#languageKey, `${language} ${chooseLanguage(this.#setting("language"))}`);
    this.#build();
    this.frame.querySelector(".switch").focus();
  }

  /** Asks before the conversation is cleared; everything else in the panel is inert meanwhile. */
  #confirmStartOver() {
    const { words } = this;
    const rest = [...this.frame.children];
    const opener = this.#shadow.activeElement;
    const close = () => {
      question.remove();
      for (const part of rest) part.inert = false;
      this.closeQuestion = null;
      opener.focus();
    };
    const startOver = () => {
      close();
      this.log.remark("");
      ComplianceChat.conversation.startOver();
      this.#focusInside();
    };
    const keep = make("button", { type: "button", class: "button", onclick: close }, words.startOverNo);
    const question = make(
      "div",
      { class: "question" },
      make(
        "div",
        { class: "question-card", role: "alertdialog", "aria-labelledby": "question-title", "aria-describedby": "question-hint", "aria-modal": "true" },
        make("h3", { id: "question-title" }, words.startOverQuestion),
        make("p", { id: "question-hint" }, words.startOverHint),
        make("div", { class: "question-buttons" }, keep, make("button", { type: "button", class: "button primary", onclick: startOver }, words.startOverYes)),
      ),
    );
    for (const part of rest) part.inert = true;
    this.frame.append(question);
    this.closeQuestion = close;
    keep.focus();
  }

  #escape(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    if (!this.closeQuestion && this.inline) return;
    event.preventDefault();
    event.stopPropagation();
    if (this.closeQuestion) this.closeQuestion();
    else this.close();
  }

  /** The browser closed the panel by itself, as the back gesture of a phone does. */
  #dismissed() {
    if (this.#open && !this.panel.open) this.close();
  }

  #reveal() {
    if (this.#open) return;
    this.#open = true;
    if (!this.inline) session.set(this.#openKey, "1");
    this.#present();
    this.log.toEnd();
    this.#looked();
    this.#refresh();
  }

  async #refresh() {
    try {
      await ComplianceChat.conversation.refresh();
    } catch {
      this.log.remark(this.words.restoreFailed);
    }
  }

  /** Shows the panel: beside the page where there is room, and in front of it, modal, where there is not. */
  #present() {
    if (!this.#open || this.inline) return;
    const focused = this.#shadow.activeElement;
    this.panel.close();
    this.root.classList.add("open");
    this.root.classList.toggle("small", this.#small.matches);
    this.#fit();
    if (this.#small.matches) this.panel.showModal();
    else this.panel.setAttribute("open", ""); // unlike show(), this leaves the focus where it is
    focused?.focus();
  }

  /** Keeps the composer above a phone's keyboard. */
  #fit() {
    const { visualViewport: seen } = window;
    if (seen) this.panel.style.setProperty("--seen", `${seen.height}px`);
  }

  /** The input takes the focus, save on touch screens, where a keyboard would cover what there is to read. */
  #focusInside() {
    if (matchMedia("(pointer: coarse)").matches) this.frame.querySelector("#title").focus({ preventScroll: true });
    else this.composer.focus();
  }

  #changed() {
    const before = this.unread ?? 0;
    this.#paint(false);
    this.#looked();
    if (this.unread > before && !this.#open) this.spoken.textContent = this.words.unread(this.unread);
  }

  #paint(silent) {
    const { conversation } = ComplianceChat;
    this.log.paint(conversation.memory, silent);
    this.unread = this.#open ? 0 : conversation.unread;
    this.badge.hidden = !this.unread;
    this.badge.replaceChildren(make("span", { "aria-hidden": "true" }, String(this.unread)), heard(this.words.unread(this.unread)));
  }

  /** What is open on a visible page counts as looked at. */
  #looked() {
    if (this.#open && document.visibilityState === "visible") ComplianceChat.conversation.look();
  }

  #announce(text, visible = false) {
    this.toast.classList.toggle("heard", !visible);
    this.toast.textContent = text;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => (this.toast.textContent = ""), 4000);
  }

  #colour() {
    const wanted = this.#setting("theme");
    const theme = ["light", "dark"].includes(wanted) ? wanted : this.#dark.matches ? "dark" : "light";
    this.root.dataset.theme = theme;
    const { style } = this.root;
    const given = this.#setting("color") ?? "";
    if (CSS.supports("color", given)) style.setProperty("--given", given);
    const probe = make("span", { class: "probe" });
    this.root.append(probe);
    const accent = parseColour(getComputedStyle(probe).color);
    probe.remove();
    const surface = parseColour(getComputedStyle(this.root).getPropertyValue("--surface"));
    if (!accent || !surface) return;
    for (const [name, value] of Object.entries(palette(accent, surface))) style.setProperty(name, value);
  }
}
