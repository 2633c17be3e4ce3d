/* What the script tag does: define the element, and place one unless the page did so itself. */

const SCRIPT = document.currentScript;

function place() {
  if (document.querySelector("compliance-chat") && !SCRIPT.dataset.target) return;
  const chat = document.createElement("compliance-chat");
  const target = SCRIPT.dataset.target && document.querySelector(SCRIPT.dataset.target);
  if (target) chat.dataset.inline = "";
  (target || document.body).append(chat);
}

if (SCRIPT && !customElements.get("compliance-chat")) {
  const base = new URL("./", SCRIPT.src).href; // the service may live under a path
  ComplianceChat.conversation = new Conversation(new Service(base));
  ComplianceChat.defaults = { ...SCRIPT.dataset };
  customElements.define("compliance-chat", ComplianceChat);
  if (document.body) place();
  else addEventListener("DOMContentLoaded", place);
}
