/* <compliance-chat>: a launcher with a panel, or with `data-inline` a panel in the page. */

const SHEET = new CSSStyleSheet(); // no <style>: a strict Content-Security-Policy allows this one
SHEET.replaceSync(STYLE);

class ComplianceChat extends HTMLElement {
  static observedAttributes = OBSERVED;
  static conversation; // one for all chats of the page
  static defaults = {}; // `dataset` of the script tag

  #shadow = this.attachShadow({ mode: "open" });
  #small = matchMedia("(max-width: 520px), (max-height: 440px)");
  #dark = matchMedia("(prefers-color-scheme: dark)");
  #listening = null;
  #isOpen = false;
  #unread = 0;
  #closeQuestion = null;
  #toastTimer = 0;

  get #conversation() {
    return ComplianceChat.conversation;
  }

  get #words() {
    return WORDS[this.settings.language];
  }

  get #openKey() {
    return `${this.#conversation.key}:open`;
  }

  connectedCallback() {
    this.settings = new Settings(this.dataset, ComplianceChat.defaults, this.#conversation.key);
    this.#shadow.adoptedStyleSheets = [SHEET];
    this.#listen();
    this.#build();
    const wasOpen = tabStorage.get(this.#openKey) && !this.#small.matches; // a phone shows its next page first
    if (this.settings.inline || wasOpen) this.#reveal();
    this.#conversation.deliver();
  }

  disconnectedCallback() {
    this.#listening.abort();
    this.#isOpen = false;
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
    if (this.settings.inline || !this.#isOpen) return;
    this.#isOpen = false;
    tabStorage.set(this.#openKey, "");
    this.panel.close();
    this.root.classList.remove("open");
    this.launcher.focus();
  }

  /** Asks a question as if it had been typed. */
  ask(text) {
    this.log.remark("");
    this.#conversation.ask(text, this.settings.language);
    this.log.toEnd();
    this.#focusInside();
  }

  #listen() {
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const on = (target, type, act) => target.addEventListener(type, act, { signal });
    on(this.#conversation, "change", () => this.#changed());
    on(this.#conversation, "expired", () => this.log.remark(this.#words.expired));
    on(this.#small, "change", () => this.#present());
    on(this.#dark, "change", () => this.#colour());
    on(document, "visibilitychange", () => this.#looked());
    if (window.visualViewport) on(visualViewport, "resize", () => this.#fit());
  }

  /** Builds everything anew; cheap enough for a change of language or of an attribute. */
  #build() {
    const words = this.#words;
    const { inline, side } = this.settings;
    this.toast = make("p", { class: "toast heard", role: "status" });
    this.spoken = make("p", { class: "heard", role: "status" });
    this.launcher = this.#launcher();
    this.panel = this.#panel();
    const look = { class: `root ${inline ? "inline" : side}`, lang: words.tag };
    this.root = make("div", { ...look, onkeydown: (event) => this.#key(event) }, this.panel);
    if (!inline) this.root.append(this.launcher, this.spoken);
    this.#shadow.replaceChildren(this.root);
    this.#colour();
    this.#paint(true);
    if (this.#isOpen) this.#present();
  }

  #launcher() {
    this.badge = make("span", { class: "badge", hidden: true });
    const look = { type: "button", class: "launcher", "aria-haspopup": "dialog", title: this.settings.title };
    const name = heard(this.#words.launcher);
    return make("button", { ...look, onclick: () => this.open() }, icon("chat"), name, this.badge);
  }

  #panel() {
    const { inline } = this.settings;
    const ask = (text) => this.ask(text);
    const context = {
      words: this.#words,
      conversation: this.#conversation,
      base: this.#conversation.service.base,
      ask,
      announce: (text, visible) => this.#announce(text, visible),
      focusInput: () => this.composer.focus(),
    };
    this.log = new Log(this.settings, context);
    this.composer = new Composer(context);
    const act = {
      switchTo: (language) => this.#switchTo(language),
      startOver: () => this.#confirmStartOver(),
      close: !inline && (() => this.close()),
    };
    this.frame = make(
      "div",
      { class: "frame", dir: "ltr" }, // both languages are, whatever the page is
      header(this.settings, act),
      make("div", { class: "middle" }, this.log.node, this.log.jump, this.toast),
      this.composer.node,
      footer(this.#words, ask),
    );
    const look = { class: "panel", "aria-labelledby": "title" };
    if (inline) return make("section", look, this.frame);
    return make("dialog", { ...look, onclose: () => this.#dismissed() }, this.frame);
  }

  #switchTo(language) {
    this.settings.language = language;
    this.#build();
    this.frame.querySelector(".switch").focus();
  }

  #confirmStartOver() {
    this.#closeQuestion = askToStartOver(this.frame, this.#words, () => {
      this.log.remark("");
      this.#conversation.startOver();
      this.#focusInside();
    });
  }

  /** Escape takes back the question before starting over, else it minimises the panel. */
  #key(event) {
    if (event.key !== "Escape" || isComposing(event)) return;
    const asking = this.frame.querySelector(".question");
    if (!asking && this.settings.inline) return;
    event.preventDefault();
    event.stopPropagation();
    if (asking) this.#closeQuestion();
    else this.close();
  }

  /** The browser closed the panel by itself, as the back gesture of a phone does. */
  #dismissed() {
    if (this.#isOpen && !this.panel.open) this.close();
  }

  #reveal() {
    if (this.#isOpen) return;
    this.#isOpen = true;
    if (!this.settings.inline) tabStorage.set(this.#openKey, "1");
    this.#present();
    this.log.toEnd();
    this.#looked();
    this.#refresh();
  }

  async #refresh() {
    try {
      await this.#conversation.refresh();
    } catch {
      this.log.remark(this.#words.restoreFailed);
    }
  }

  /** Shows the panel: beside the page where there is room, and in front of it, modal, where there is not. */
  #present() {
    if (!this.#isOpen || this.settings.inline) return;
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
    if (window.visualViewport) this.panel.style.setProperty("--seen", `${visualViewport.height}px`);
  }

  /** The input takes the focus, save on touch screens, where a keyboard would cover what there is to read. */
  #focusInside() {
    const touch = matchMedia("(pointer: coarse)").matches;
    if (touch) this.frame.querySelector("#title").focus({ preventScroll: true });
    else this.composer.focus();
  }

  #changed() {
    const before = this.#unread;
    this.#paint(false);
    this.#looked();
    if (this.#unread > before) this.spoken.textContent = this.#words.unread(this.#unread);
  }

  #paint(silent) {
    this.log.paint(this.#conversation.memory, silent);
    this.#unread = this.#isOpen ? 0 : this.#conversation.unread;
    const count = make("span", { "aria-hidden": "true" }, String(this.#unread));
    this.badge.replaceChildren(count, heard(this.#words.unread(this.#unread)));
    this.badge.hidden = !this.#unread;
  }

  /** What is open on a visible page counts as looked at. */
  #looked() {
    if (this.#isOpen && document.visibilityState === "visible") this.#conversation.look();
  }

  /** Says something in passing, to a screen reader or to everybody. */
  #announce(text, visible = false) {
    this.toast.classList.toggle("heard", !visible);
    this.toast.textContent = text;
    clearTimeout(this.#toastTimer);
    this.#toastTimer = setTimeout(() => (this.toast.textContent = ""), 4000);
  }

  #colour() {
    const { style, dataset } = this.root;
    dataset.theme = this.settings.theme(this.#dark.matches);
    if (CSS.supports("color", this.settings.colour)) style.setProperty("--given", this.settings.colour);
    const probe = make("span", { class: "probe" }); // the browser makes any way to write a colour into one
    this.root.append(probe);
    const accent = parseColour(getComputedStyle(probe).color);
    probe.remove();
    const surface = parseColour(getComputedStyle(this.root).getPropertyValue("--surface"));
    if (!accent) return;
    for (const [name, value] of Object.entries(palette(accent, surface))) style.setProperty(name, value);
  }
}
