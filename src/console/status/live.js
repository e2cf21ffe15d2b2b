/**
 * Runs in the status page. It is sent as its source text, so it must stand alone: no imports,
 * nothing from around it.
 *
 * @import * as Live from "./live.d.ts"
 */

/** @type {typeof Live.live} */
export function live({ socket: path, since, rows }) {
  const SLOWLY_MS = 300_000;
  const WITHOUT_SOCKET_MS = 30_000;
  const LONGEST_WAIT_MS = 60_000;
  const TOGETHER_MS = 3000;
  const POLICY_VIOLATION = 1008;
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  let failures = 0;
  let connected = false;
  let refreshedAt = Date.now();

  /** @param {string} id */
  const part = (id) => document.getElementById(id);

  const showLive = () => {
    for (const sign of document.querySelectorAll("[data-live]")) {
      sign.toggleAttribute("hidden", !connected);
    }
  };

  const showAges = () => {
    /** @type {NodeListOf<HTMLElement>} */
    const ages = document.querySelectorAll("[data-since]");
    for (const age of ages) {
      const seconds = Math.max(0, Math.round((Date.now() - Number(age.dataset["since"])) / 1000));
      const minutes = Math.floor(seconds / 60);
      const hours = Math.floor(minutes / 60);
      const days = Math.floor(hours / 24);
      if (days > 0) age.textContent = `${days} d ${hours % 24} h`;
      else if (hours > 0) age.textContent = `${hours} h ${minutes % 60} min`;
      else age.textContent = minutes > 0 ? `${minutes} min` : `${seconds} s`;
    }
  };

  /** @param {string} title */
  const announce = (title) => {
    const said = part("said");
    const isNew = part("state-title")?.textContent !== title;
    if (said && isNew) said.textContent = `Now: ${title}`;
    document.title = document.title.replace(/^[^:]*/, title);
    return isNew;
  };

  /** @param {string} row */
  const addRow = (row) => {
    const body = document.querySelector("#checks tbody");
    const template = document.createElement("template");
    template.innerHTML = row;
    const fresh = template.content.querySelector("tr");
    if (!(body instanceof HTMLElement) || !fresh) return;
    if (body.querySelector(`[data-check="${fresh.dataset["check"]}"]`)) return;
    fresh.classList.add("new");
    body.prepend(fresh);
    const all = [...body.querySelectorAll("tr")];
    for (const old of all.slice(rows)) old.remove();
    const longest = Math.max(...all.slice(0, rows).map((one) => Number(one.dataset["total"])));
    body.style.setProperty("--longest", String(Math.max(longest, 1e-6)));
    part("checks")?.querySelector(".quiet")?.remove();
    part("checks")?.querySelector("table")?.removeAttribute("hidden");
  };

  const refresh = async () => {
    refreshedAt = Date.now();
    const answer = await fetch(location.href).catch(() => null);
    if (!answer) return;
    if (answer.status === 404) {
      location.reload();
      return;
    }
    if (!answer.ok) return;
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    announce(next.getElementById("state-title")?.textContent ?? "");
    for (const fresh of next.querySelectorAll("[data-part]")) {
      const old = part(fresh.id);
      const wasOpen = old?.querySelector("details")?.open ?? false;
      old?.replaceWith(fresh);
      const details = fresh.querySelector("details");
      if (details) details.open = wasOpen;
    }
    showLive();
    showAges();
  };

  /** @param {MessageEvent<string>} event */
  const hear = (event) => {
    const message = /** @type {Live.LiveMessage} */ (JSON.parse(event.data));
    if (message.type !== "check") {
      void refresh();
      return;
    }
    since = message.seq;
    // Uptime and downtimes are other now. All who look need not ask at once.
    if (announce(message.title)) setTimeout(refresh, 1000 + Math.random() * TOGETHER_MS);
    const old = part("state");
    if (old) old.outerHTML = message.state;
    addRow(message.row);
    showLive();
    showAges();
  };

  const connect = () => {
    url.searchParams.set("since", String(since));
    const socket = new WebSocket(url);
    socket.onopen = () => {
      connected = true;
      showLive();
      if (failures > 0) void refresh();
      failures = 0;
    };
    socket.onmessage = hear;
    socket.onclose = ({ code }) => {
      connected = false;
      showLive();
      // The page was taken back, or stands elsewhere now.
      if (code === POLICY_VIOLATION) void refresh();
      failures += 1;
      const wait = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** failures) * (0.5 + Math.random());
      setTimeout(connect, wait);
    };
  };

  setInterval(() => {
    showAges();
    const due = connected ? SLOWLY_MS : WITHOUT_SOCKET_MS;
    if (!document.hidden && Date.now() - refreshedAt > due) void refresh();
  }, 1000);
  connect();
}
