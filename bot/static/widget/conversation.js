/*
 * One conversation as this browser remembers it: what was answered, and what still waits to be sent.
 *
 * The memory is one localStorage item, so that a reload, the next page and other tabs find the same
 * conversation; `storage` events tell the other tabs. Where storage is blocked the page alone remembers. The
 * service keeps the truth: `refresh` fetches it, and every waiting question carries an id under which the service
 * answers only once.
 */

const KEPT_TURNS = 100;
const PROMPT = 120; // seconds: a rate limit that asks for a longer wait is left to the asker
const NOTHING = Object.freeze({ token: null, turns: [], waiting: [], seen: null });

/** A random UUID (RFC 9562, version 4); `crypto.randomUUID` exists on secure pages only. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

class Conversation extends EventTarget {
  #sending = false;
  #leaving = false; // what a page can no longer hear is not a failure: the next page or another tab goes on
  #flight = null;
  #alarm = 0;
  #unkept = null;

  constructor(service) {
    super();
    this.service = service;
    this.key = `compliance-chat:${service.base}`;
    addEventListener("storage", (event) => {
      if (event.key !== null && event.key !== this.key) return;
      this.#tell();
      this.deliver();
    });
    addEventListener("online", () => this.#retry((item) => item.failure.kind === "offline"));
    addEventListener("pagehide", () => (this.#leaving = true));
    addEventListener("pageshow", () => {
      this.#leaving = false;
      this.deliver();
    });
    this.#retry((item) => ["offline", "unreachable", "late"].includes(item.failure.kind));
  }

  /** { token, turns: answered, waiting: questions not answered yet, seen: id of the last turn looked at }. */
  get memory() {
    if (this.#unkept) return this.#unkept;
    try {
      return { ...NOTHING, ...JSON.parse(localStorage.getItem(this.key)) };
    } catch {
      return NOTHING;
    }
  }

  /** How many answers nobody has looked at yet. */
  get unread() {
    const { turns, seen } = this.memory;
    return turns.length - 1 - turns.findIndex((turn) => turn.turn === seen);
  }

  #change(update) {
    const memory = update(this.memory);
    try {
      localStorage.setItem(this.key, JSON.stringify(memory));
      this.#unkept = null;
    } catch {
      this.#unkept = memory;
    }
    this.#tell();
  }

  #tell(type = "change") {
    this.dispatchEvent(new Event(type));
  }

  /** Puts a question in line, and returns its id. */
  ask(text, language) {
    const item = { id: newId(), text, language };
    this.#change((memory) => ({ ...memory, waiting: [...memory.waiting, item] }));
    this.deliver();
    return item.id;
  }

  /** Sends a question again that could not be sent. */
  again(id) {
    this.#retry((item) => item.id === id);
  }

  /** Drops a question that could not be sent. */
  discard(id) {
    this.#change((memory) => ({ ...memory, waiting: memory.waiting.filter((item) => item.id !== id) }));
  }

  /** Forgets everything here; what was on its way is not waited for. */
  startOver() {
    this.#flight?.abort();
    this.#change(() => NOTHING);
  }

  /** Remembers that every answer so far was looked at. */
  look() {
    const last = this.memory.turns.at(-1)?.turn ?? null;
    if (last !== this.memory.seen) this.#change((memory) => ({ ...memory, seen: last }));
  }

  /** Fetches the conversation as the service has it; forgets it if it has expired. Throws Failure. */
  async refresh() {
    const { token } = this.memory;
    if (!token) return;
    try {
      const { turns } = await this.service.recall(token);
      this.#change((memory) => (memory.token === token ? reconciled(memory, turns) : memory));
    } catch (failure) {
      if (failure.kind !== "expired") throw failure;
      this.#expire(token);
    }
  }

  /** Stores a verdict on an answer. Throws Failure. */
  async judge(turn, feedback, comment = "") {
    await this.service.judge(turn, feedback, comment);
    this.#change((memory) => ({
      ...memory,
      turns: memory.turns.map((other) => (other.turn === turn ? { ...other, feedback, comment } : other)),
    }));
  }

  /** Sends what waits, one after the other, and one tab at a time where the browser has locks. */
  async deliver() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#next()) await this.#alone(() => this.#send(this.#next()));
    } finally {
      this.#sending = false;
    }
  }

  #next() {
    return !this.#leaving && this.memory.waiting.find((item) => !item.failure);
  }

  #alone(work) {
    return navigator.locks ? navigator.locks.request(this.key, work) : work();
  }

  async #send(item) {
    if (!item) return; // another tab was quicker
    const { token } = this.memory;
    this.#flight = new AbortController();
    try {
      const reply = await this.service.ask(item, token, this.#flight.signal);
      this.#change((memory) => answered(memory, item, reply));
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      if (failure.kind === "expired") this.#expire(token);
      else this.#fail(item, failure);
    }
  }

  #expire(token) {
    if (this.memory.token !== token) return;
    this.#change((memory) => ({ ...NOTHING, waiting: memory.waiting }));
    this.#tell("expired");
  }

  #fail(item, { kind, wait }) {
    if (this.#leaving) return;
    const limit = { until: Date.now() + wait * 1000, automatic: wait <= PROMPT };
    const failure = { kind, ...(kind === "limit" && limit) };
    this.#change((memory) => ({
      ...memory,
      waiting: memory.waiting.map((other) => (other.id === item.id ? { ...other, failure } : other)),
    }));
    this.#retryWhenDue();
  }

  /** What met the rate limit is sent again by itself once a short wait is over. */
  #retryWhenDue() {
    const due = ({ failure }) => failure.automatic && failure.until <= Date.now();
    const times = this.memory.waiting.map(({ failure }) => (failure?.automatic ? failure.until : Infinity));
    const next = Math.min(...times);
    clearTimeout(this.#alarm);
    if (next < Infinity) this.#alarm = setTimeout(() => this.#retry(due), next - Date.now());
  }

  /** Puts back in line what failed and is one of `which`. */
  #retry(which) {
    const chosen = (item) => item.failure && which(item);
    const cleared = ({ failure, ...item }) => item;
    if (this.memory.waiting.some(chosen)) {
      this.#change((memory) => ({
        ...memory,
        waiting: memory.waiting.map((item) => (chosen(item) ? cleared(item) : item)),
      }));
      this.deliver();
    }
    this.#retryWhenDue();
  }
}

/** The memory with a reply in the place of the question that waited for it; as it is if none does any more. */
function answered(memory, item, reply) {
  if (!memory.waiting.some((other) => other.id === item.id)) return memory;
  const { conversation, ...rest } = reply;
  const turn = { ...rest, question: item.text, message: item.id };
  return {
    ...memory,
    token: conversation,
    turns: [...memory.turns.filter((other) => other.turn !== turn.turn), turn].slice(-KEPT_TURNS),
    waiting: memory.waiting.filter((other) => other.id !== item.id),
  };
}

/** The memory with the service's turns, which are the truth, and without the questions that they answer. */
function reconciled(memory, recalled) {
  const known = new Map(memory.turns.map((turn) => [turn.turn, turn]));
  const turns = recalled.slice(-KEPT_TURNS).map(({ turn, asked, feedback, message_id: message, reply }) => ({
    ...reply,
    turn,
    question: asked,
    feedback,
    comment: known.get(turn)?.comment,
    message: message ?? known.get(turn)?.message,
  }));
  const arrived = new Set(turns.map((turn) => turn.message));
  return { ...memory, turns, waiting: memory.waiting.filter((item) => !arrived.has(item.id)) };
}
