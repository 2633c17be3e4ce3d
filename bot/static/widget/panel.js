/* The panel around the log and the composer: its header, its footer, and the question before starting over. */

/** `act` holds what the buttons do: switchTo(language), startOver(), and close() where it can be closed. */
function header(settings, act) {
  const words = WORDS[settings.language];
  const other = settings.language === "zh" ? "en" : "zh";
  const look = {
    type: "button",
    class: "icon-button switch",
    lang: WORDS[other].tag,
    "aria-label": words.switchTo,
    title: words.switchTo,
    onclick: () => act.switchTo(other),
  };
  const title = make("h2", { id: "title", tabindex: -1 }, settings.title);
  return make(
    "header",
    { class: "header" },
    make("span", { class: "mark" }, icon("shield")),
    make("div", { class: "names" }, title, make("p", {}, words.subtitle)),
    make("button", look, words.switchLabel),
    iconButton("restart", words.startOver, act.startOver),
    act.close && iconButton("minimise", words.minimise, act.close),
  );
}

function footer(words, ask) {
  const person = textButton(words.person, "person", () => ask(words.personQuestion), "person");
  return make("div", { class: "footer" }, person, make("p", {}, words.disclaimer));
}

/** Asks before the conversation is cleared, over a panel that is inert meanwhile. Returns how to take it back. */
function askToStartOver(frame, words, startOver) {
  const rest = [...frame.children];
  const opener = frame.getRootNode().activeElement;
  const close = () => {
    question.remove();
    for (const part of rest) part.inert = false;
    opener?.focus();
  };
  const keep = textButton(words.startOverNo, "button", close);
  const yes = textButton(words.startOverYes, "button primary", () => {
    close();
    startOver();
  });
  const card = {
    class: "question-card",
    role: "alertdialog",
    "aria-modal": "true",
    "aria-labelledby": "question-title",
    "aria-describedby": "question-hint",
  };
  const question = make(
    "div",
    { class: "question" },
    make(
      "div",
      card,
      make("h2", { id: "question-title" }, words.startOverQuestion),
      make("p", { id: "question-hint" }, words.startOverHint),
      make("div", { class: "question-buttons" }, keep, yes),
    ),
  );
  for (const part of rest) part.inert = true;
  frame.append(question);
  keep.focus();
  return close;
}
