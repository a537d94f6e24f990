// Where one is, in the fragment of the address: #/process/0.12.0?open=… It
// needs nothing of the server, so the page works under any prefix.

export function parse(hash) {
  const [path, search = ""] = hash.replace(/^#\/?/, "").split("?");
  const [screen = "", ...rest] = path.split("/").map(decodeURIComponent);
  return { screen, rest, params: Object.fromEntries(new URLSearchParams(search)) };
}

export function link(screen, params = {}) {
  const kept = Object.entries(params).filter(([, v]) => v !== undefined && v !== null && v !== "" && v !== false);
  const search = new URLSearchParams(kept.map(([k, v]) => [k, v === true ? "1" : String(v)])).toString();
  return "#/" + screen + (search ? "?" + search : "");
}

// replace notes in the address what the screen shows, without going anywhere.
export function replace(screen, params) {
  history.replaceState(history.state, "", link(screen, params));
}
