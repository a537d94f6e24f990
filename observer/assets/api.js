// The JSON that package control serves, and nothing else.

export class Refused extends Error {
  constructor(status, body) {
    super(body.message);
    this.status = status;
    this.code = body.code;
    this.try = body.try;
    this.path = body.path;
  }
}

export function query(params) {
  const q = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== "" && value !== false) q.set(key, value === true ? "1" : value);
  }
  const s = q.toString();
  return s ? "?" + s : "";
}

export async function ask(path, params = {}, options = {}) {
  const answer = await fetch("api/v1/" + path + query(params), options);
  const body = await answer.text();
  let data;
  try {
    data = JSON.parse(body);
  } catch {
    data = { error: { code: "failed", message: body.trim() || answer.statusText } };
  }
  if (!answer.ok || data.error) throw new Refused(answer.status, data.error ?? { code: "failed", message: answer.statusText });
  return data;
}

// setup is what the program says of the page.
export async function setup() {
  const answer = await fetch("page.json");
  return answer.ok ? answer.json() : {};
}

export function act(verb, body) {
  return ask("do/" + verb, {}, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

// who is a process in a path.
export function who(pid) {
  return encodeURIComponent(pid.replace(/[<>]/g, ""));
}
