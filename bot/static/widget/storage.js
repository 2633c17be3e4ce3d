/* Small things that a browser remembers. Where it may not, they read as "" and are forgotten with the page. */

const blocked = () => undefined;

/** `kind` names one of the browser's two storages, each of which some settings forbid to even mention. */
function storageOf(kind) {
  const within = (use, otherwise) => {
    try {
      return use(window[kind]);
    } catch {
      return otherwise();
    }
  };
  return {
    get: (key) => within((storage) => storage.getItem(key) ?? "", () => ""),
    set: (key, value) =>
      within((storage) => (value ? storage.setItem(key, value) : storage.removeItem(key)), blocked),
  };
}

const tabStorage = storageOf("sessionStorage"); // this tab, until it is closed
const siteStorage = storageOf("localStorage"); // every tab of the site
