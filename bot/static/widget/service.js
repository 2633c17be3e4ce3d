/* The service's three routes, and what can go wrong on the way to them. */

const PATIENCE = 60_000; // milliseconds until an answer counts as not coming

/**
 * Why a request failed. `kind` is one of: offline, unreachable, late, limit (with `wait` in seconds), expired
 * (the conversation is not known any more), refused (the request was at fault), broken (the service was).
 */
class Failure extends Error {
  constructor(kind, wait = 0) {
    super(kind);
    this.kind = kind;
    this.wait = wait;
  }
}

/** Seconds that a `Retry-After` header asks for, as a number or as a date; 30 where it says nothing. */
function retryAfter(header) {
  const isNumber = /^\d+$/.test(header || "");
  const seconds = isNumber ? Number(header) : Math.ceil((Date.parse(header) - Date.now()) / 1000);
  return Number.isFinite(seconds) ? Math.max(1, seconds) : 30;
}

class Service {
  /** `base` is the address under which the service's own routes lie, ending in "/". */
  constructor(base) {
    this.base = base;
  }

  /** Asks one question; `id` makes it safe to ask again, since the service answers an id once. */
  ask({ id, text, language }, conversation, signal) {
    const body = { text, language, message_id: id };
    if (conversation) body.conversation = conversation;
    return this.#call("api/messages", { method: "POST", body, signal, conversation });
  }

  /** Everything said in a conversation so far. */
  recall(conversation) {
    return this.#call(`api/conversations/${encodeURIComponent(conversation)}`, { conversation });
  }

  /** Tells the service what the asker thought of an answer; `value` is "up" or "down". */
  judge(turn, value, comment) {
    return this.#call("api/feedback", { method: "POST", body: { turn, value, comment } });
  }

  async #call(path, { method = "GET", body, signal, conversation }) {
    const response = await this.#fetch(path, method, body, signal);
    if (response.ok) return this.#json(response);
    if (response.status === 429) throw new Failure("limit", retryAfter(response.headers.get("Retry-After")));
    if (conversation && (await this.#isForgotten(response))) throw new Failure("expired");
    throw new Failure(response.status < 500 ? "refused" : "broken");
  }

  async #fetch(path, method, body, signal) {
    const patience = AbortSignal.timeout(PATIENCE);
    const given = new AbortController();
    for (const end of [patience, signal]) end?.addEventListener("abort", () => given.abort());
    try {
      return await fetch(this.base + path, {
        method,
        headers: body ? { "Content-Type": "application/json" } : {},
        body: body && JSON.stringify(body),
        credentials: "omit",
        signal: given.signal,
      });
    } catch {
      if (patience.aborted) throw new Failure("late");
      throw new Failure(navigator.onLine === false ? "offline" : "unreachable");
    }
  }

  /** Whether the service has expired or deleted the conversation, or never issued its token. */
  async #isForgotten(response) {
    if (response.status === 410) return true;
    const problem = await response.json().catch(() => ({}));
    return String(problem.type).endsWith("invalid-conversation");
  }

  async #json(response) {
    try {
      return response.status === 204 ? {} : await response.json();
    } catch {
      throw new Failure("broken");
    }
  }
}
