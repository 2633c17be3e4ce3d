/* What an operator sets with `data-` attributes, on the element or on the script tag. */

const ATTRIBUTES = ["language", "theme", "color", "title", "position", "greeting", "suggestions", "inline"];
const SPOKEN = ["title", "greeting", "suggestions"]; // may be given per language too, as in data-title-zh
const OBSERVED = ATTRIBUTES.concat(
  SPOKEN.flatMap((name) => Object.keys(WORDS).map((language) => `${name}-${language}`)),
).map((name) => `data-${name}`);

class Settings {
  /** Args: own and common: the `dataset` of the element, and that of the script tag behind it. */
  constructor(own, common, key) {
    this.own = own;
    this.common = common;
    this.key = `${key}:language`;
  }

  /** "zh" or "en": what the switch chose, as long as the page stays in the language that it had then. */
  get language() {
    const [choice, before] = siteStorage.get(this.key).split(" ");
    return before === this.#given && choice in WORDS ? choice : this.#given;
  }

  set language(choice) {
    siteStorage.set(this.key, `${choice} ${this.#given}`);
  }

  get inline() {
    return this.#get("inline") !== undefined;
  }

  get side() {
    const side = this.#get("position");
    return ["left", "right", "start"].includes(side) ? side : "end";
  }

  /** "light" or "dark". */
  theme(systemIsDark) {
    const theme = this.#get("theme");
    if (theme in { light: 1, dark: 1 }) return theme;
    return systemIsDark ? "dark" : "light";
  }

  /** Any CSS colour; "" for our own. */
  get colour() {
    return this.#get("color") ?? "";
  }

  get title() {
    return this.#spoken("title");
  }

  get greeting() {
    return this.#spoken("greeting");
  }

  /** The questions to start from; given as one text, separated by "|" or line ends. */
  get suggestions() {
    const given = this.#spoken("suggestions");
    const list = Array.isArray(given) ? given : given.split(/[|\n]/);
    return list.map((text) => text.trim()).filter(Boolean);
  }

  get #given() {
    return chooseLanguage(this.#get("language"));
  }

  #get(name) {
    return this.own[name] ?? this.common[name];
  }

  /** For the language of the interface, else for any, else our own words. */
  #spoken(name) {
    const { language } = this;
    const suffix = language[0].toUpperCase() + language.slice(1);
    return this.#get(name + suffix) ?? this.#get(name) ?? WORDS[language][name];
  }
}
