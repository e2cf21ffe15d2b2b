import type { DevTools } from "../../src/domain/ports.ts";

/** What a site answers, in the few words that a sample needs of it. */
export interface SiteAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

const titled = (title: string, body = "") => `<title>${title}</title>${body}`;
const SEARCH = '<form action="/search"><input name="q"></form>';
const META = '<meta name="description" content="A page"><meta property="og:title" content="Told">';

function results(url: URL): string {
  const asked = url.searchParams.get("q") ?? "";
  const page = Number(url.searchParams.get("page") ?? 1);
  const found = Array.from({ length: 10 }, (_, index) => {
    const to = `http://found.test/${page}/${index}`;
    return `<div class=g>casperjs.org <h3 class=r><a href="/url?q=${to}&sa=U">${index}</a></h3></div>`;
  });
  const next = `/search?q=${encodeURIComponent(asked)}&page=${page + 1}`;
  const onward = page < 3 ? `<a id=pnnext href="${next}">Next</a>` : "";
  const stats = `<p id=resultStats>Environ ${asked.length} 000 r</p>`;
  return titled(`${asked} - Recherche Google`, `${SEARCH}${stats}${found.join("")}${onward}`);
}

/** Addresses of today's sites, answered as the sites once were. */
export function answerOf(address: string): SiteAnswer {
  const url = new URL(address);
  const place = url.hostname + url.pathname;
  if (url.pathname === "/search") return { body: results(url) };
  if (place === "www.google.com/plop") return { status: 404, body: titled("Not here") };
  if (/^(?:www\.)?google\.\w+\/$/.test(place)) return { body: titled("Google", SEARCH) };
  if (place.endsWith("/images/srpr/logo3w.png")) {
    return { headers: { "content-type": "image/png" }, body: "a logo" };
  }
  if (place === "meta.test/") return { body: titled("Meta", META) };
  if (url.hostname === "twitter.com") {
    return { body: titled("Twitter", "<div class=stream-container>Tweets</div>") };
  }
  const links =
    '<a href="http://one.test/">1</a><a href="http://two.test/">2</a><a href="/in">3</a>';
  return { body: titled(`Home of ${url.hostname}`, links) };
}

/** The browser, with such sites in place of the world outside. */
export function amongSites(
  browser: DevTools,
  answer: (url: string) => SiteAnswer = answerOf,
): DevTools {
  const asked = new Map<string, string>();
  const stand = async (requestId: string): Promise<unknown> => {
    const { status = 200, headers = {}, body = "" } = answer(asked.get(requestId) ?? "");
    const responseHeaders = Object.entries({ "content-type": "text/html", ...headers }).map(
      ([name, value]) => ({ name, value }),
    );
    return browser.send("Fetch.fulfillRequest", {
      requestId,
      responseCode: status,
      responseHeaders,
      body: btoa(body),
    });
  };
  return {
    id: browser.id,
    connected: browser.connected,
    ended: browser.ended,
    onEvent: (listener) =>
      browser.onEvent((event) => {
        if (event.method === "Fetch.requestPaused") {
          const { requestId, request } = event.params as {
            requestId: string;
            request: { url: string };
          };
          asked.set(requestId, request.url);
        }
        listener(event);
      }),
    send: (method, params, sessionId) =>
      method === "Fetch.continueRequest"
        ? stand((params as { requestId: string }).requestId)
        : browser.send(method, params, sessionId),
    close: () => browser.close(),
  };
}
