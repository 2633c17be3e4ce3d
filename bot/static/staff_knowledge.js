// Keeps a part of a page up to date that changes by itself: what approving would change, and who has taken it over.
// Such a part says where it is found anew (data-refresh) for as long as it changes. Without this script it is up to
// date whenever the page is loaded.

const EVERY = 1500; // milliseconds

async function refresh(id) {
  const part = document.getElementById(id);
  if (!part?.dataset.refresh) return;
  try {
    const reply = await fetch(part.dataset.refresh, { headers: { Accept: "text/html" } });
    if (reply.ok) show(part, new DOMParser().parseFromString(await reply.text(), "text/html"));
  } catch {
    // The service is away for a moment; the next try may find it.
  }
  setTimeout(refresh, EVERY, id);
}

function show(part, fresh) {
  const now = fresh.getElementById(part.id);
  if (!now) part.remove();
  else if (now.outerHTML !== part.outerHTML) part.replaceWith(document.importNode(now, true));
}

for (const part of document.querySelectorAll("[data-refresh]")) setTimeout(refresh, EVERY, part.id);
