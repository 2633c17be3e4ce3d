/* Elements are built one by one and never from markup, so nothing that anyone typed can become markup. */

/** Builds an element. `on…` attributes are listeners; true sets an empty attribute, false and null set none. */
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== false));
  return node;
}

/* Outlines on a 24 by 24 grid. */
const ICONS = {
  chat: [
    "M20 11.5a7.5 7.5 0 0 1-7.5 7.5c-1.2 0-2.3-.2-3.3-.7L4 20l1.6-4.6A7.5 7.5 0 1 1 20 11.5z",
    "M9 10.5h7M9 13.5h4",
  ],
  shield: ["M12 3l7 2.6v5.2c0 4.6-2.9 8-7 10.2-4.1-2.2-7-5.6-7-10.2V5.6z", "M9 11.8l2.2 2.2L15.2 10"],
  send: ["M12 19V5.5", "M6 11l6-6 6 6"],
  minimise: ["M6 9.5l6 6 6-6"],
  restart: ["M4.5 12a7.5 7.5 0 1 0 2.3-5.4L4.5 8.8", "M4.5 4.5v4.3h4.3"],
  up: [
    "M7 10.5v9.5H4v-9.5z",
    "M7 10.5l4-7a2.3 2.3 0 0 1 2.3 2.3V9h5a2 2 0 0 1 2 2.3l-1.1 7A2 2 0 0 1 17.2 20H7",
  ],
  copy: ["M9 9h11v11H9z", "M5.5 15H4V4h11v1.5"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  person: ["M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M4.5 20.5a7.5 7.5 0 0 1 15 0"],
  external: ["M14 5h5v5M19 5l-8.5 8.5", "M17 14v5H5V7h5"],
  alert: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M12 7.5v5.5M12 16.3v.2"],
  down: ["M12 5v13.5", "M6 13l6 6 6-6"],
};

/** One of the drawings above; decorative, since its button carries the name. */
function icon(name, turned = false) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  drawing.setAttribute("class", "icon");
  for (const outline of ICONS[name]) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", outline);
    if (turned) path.setAttribute("transform", "rotate(180 12 12)");
    drawing.append(path);
  }
  return drawing;
}

/** Words that are heard and not seen. */
function heard(text) {
  return make("span", { class: "heard" }, text);
}

/** A button with an icon, named by `name` (spoken, and shown as a tooltip). */
function iconButton(kind, name, onclick, more = {}) {
  const look = { type: "button", class: "icon-button", "aria-label": name, title: name, onclick, ...more };
  return make("button", look, icon(kind));
}

/** A button with words, and perhaps a drawing before them. */
function textButton(name, look, onclick, drawing = null) {
  return make("button", { type: "button", class: look, onclick }, drawing && icon(drawing), name);
}
