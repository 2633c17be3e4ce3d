/* How one answer looks: its words, its sources and their date, and what can be done with it. */

/** Plain text as paragraphs and "- " lists; everything else in it stays exactly the text it is. */
function prose(text) {
  const blocks = [];
  for (const line of text.split("\n")) {
    const point = /^\s*- (.*)$/.exec(line);
    if (point) {
      if (blocks.at(-1)?.tagName !== "UL") blocks.push(make("ul"));
      blocks.at(-1).append(make("li", { dir: "auto" }, point[1]));
    } else if (line.trim()) {
      blocks.push(make("p", { dir: "auto" }, line));
    }
  }
  return blocks;
}

/** The address of a source, absolute; null unless it is a web page. */
function sourceAddress(url, base) {
  try {
    const address = new URL(url, base);
    return /^https?:$/.test(address.protocol) ? address : null;
  } catch {
    return null;
  }
}

function formatDate(iso, words) {
  const date = new Date(`${iso.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return iso;
  return new Intl.DateTimeFormat(words.dates, { dateStyle: "long", timeZone: "UTC" }).format(date);
}

function sourceLink({ title, url }, tag, { words, base }) {
  const address = sourceAddress(url, base);
  if (!address) return make("li", {}, make("span", { lang: tag }, title));
  return make(
    "li",
    {},
    make(
      "a",
      { href: address.href, target: "_blank", rel: "noopener noreferrer" },
      make("span", { class: "source-title", lang: tag }, title),
      make("span", { class: "source-host", dir: "ltr" }, address.host, icon("external")),
      heard(words.newTab),
    ),
  );
}

/** The card beneath an answer: where it comes from, and how old the page is. */
function sourceCard(turn, tag, context) {
  const { sources = [], as_of: asOf } = turn;
  if (!sources.length && !asOf) return null;
  const { words } = context;
  return make(
    "div",
    { class: "sources" },
    make(
      "p",
      { class: "sources-head" },
      sources.length > 0 && make("span", {}, words.sources),
      asOf && make("time", { datetime: asOf }, words.asOf(formatDate(asOf, words))),
    ),
    sources.length > 0 && make("ul", {}, ...sources.map((source) => sourceLink(source, tag, context))),
  );
}

/** What lands on the clipboard: the answer, and its sources with their addresses and date. */
function copyText(turn, { words, base }) {
  const address = (url) => sourceAddress(url, base)?.href ?? url;
  const sources = (turn.sources || []).map(({ title, url }) => `${title}: ${address(url)}`);
  const date = turn.as_of && words.asOf(formatDate(turn.as_of, words));
  return [turn.text, [...sources, date].filter(Boolean).join("\n")].filter(Boolean).join("\n\n");
}

/** Copies text; the second way is for pages without a secure origin, where the first does not exist. */
async function copy(text, root) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const before = root.activeElement;
  const field = make("textarea", { class: "heard", readonly: true, "aria-hidden": "true" });
  field.value = text;
  before.after(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before.focus();
  if (!done) throw new Error("copy");
}

function copyButton(turn, context) {
  const { words, announce } = context;
  const button = iconButton("copy", words.copy, async () => {
    try {
      await copy(copyText(turn, context), button.getRootNode());
      button.replaceChildren(icon("check"));
      setTimeout(() => button.replaceChildren(icon("copy")), 2000);
      announce(words.copied);
    } catch {
      announce(words.copyFailed, true);
    }
  });
  return button;
}

/** Copy, thumbs up, thumbs down, and the comment that a thumb asks for. */
function answerActions(turn, context) {
  const { words, conversation, announce } = context;
  const chosen = turn.feedback;
  const row = make("div", { class: "actions", role: "group", "aria-live": "off" });
  const thumb = (value) => {
    const pressed = { "aria-pressed": String(chosen === value) };
    const button = iconButton("up", words[value], () => judge(value), pressed);
    if (value === "down") button.replaceChildren(icon("up", true));
    button.dataset.thumb = value;
    return button;
  };
  const judge = async (value) => {
    try {
      if (value !== chosen) await conversation.judge(turn.turn, value);
      context.comment(turn.turn, value);
    } catch {
      announce(words.judgeFailed, true);
    }
  };
  row.append(copyButton(turn, context), thumb("up"), thumb("down"));
  return row;
}

/** The optional comment after a thumb; `done` takes it off the page again. */
function commentForm(turn, value, { words, conversation, announce }, done) {
  const id = `comment-${turn.turn}`;
  const field = make("textarea", { id, rows: 2, maxlength: 2000, dir: "auto" });
  const send = async (event) => {
    event.preventDefault();
    try {
      if (field.value.trim()) await conversation.judge(turn.turn, value, field.value.trim());
      done();
      announce(words.thanks, true);
    } catch {
      announce(words.judgeFailed, true);
    }
  };
  const form = make(
    "form",
    { class: "comment", "aria-live": "off", onsubmit: send },
    make("label", { for: id }, words[`${value}Comment`]),
    field,
    make(
      "div",
      { class: "comment-buttons" },
      make("button", { type: "submit", class: "button primary" }, words.commentSend),
      textButton(words.commentSkip, "button", done),
    ),
  );
  field.value = turn.comment ?? "";
  return form;
}

/** One answer, in its own language. */
function answerMessage(turn, context) {
  const tag = WORDS[turn.language]?.tag ?? context.words.tag;
  return make(
    "div",
    { class: "message answer" },
    heard(context.words.assistant),
    make("div", { class: "prose", lang: tag }, ...prose(turn.text)),
    sourceCard(turn, tag, context),
  );
}
