import type { CDPEvents } from "@cloudflare/puppeteer";
import { Fault } from "../../domain/errors.ts";
import type { RunWorld } from "../../domain/ports.ts";
import { base64Of } from "../binary.ts";
import { Exchanges } from "./exchanges.ts";
import type { LocalFiles } from "./local-files.ts";
import type { Page } from "./page.ts";
import { type CdpRequest, type Send, tell } from "./protocol.ts";
import { hasHeader, type Request, told, withHeaders } from "./request.ts";
import type { Servers } from "./servers.ts";

type Paused = CDPEvents["Fetch.requestPaused"];

/** What the script made of a request. */
interface Verdict {
  abort: boolean;
  url: string | null;
  headers: Record<string, string | null>;
}

export interface NetworkOptions {
  send: Send;
  servers: Servers;
  local: LocalFiles;
  /** Path at which pages ask whether a host may be spoken to by other ways. */
  token: string;
  assertAllowed: RunWorld["assertAllowed"];
  pageOf: (frameId: string) => Page | undefined;
}

/**
 * Every request of every page: held until it is judged and the script has had its word, then let
 * through, answered by the script's own server, or refused.
 */
export class Network {
  readonly #options: NetworkOptions;
  readonly #exchanges: Exchanges;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#exchanges = new Exchanges(options.local);
  }

  async start(): Promise<void> {
    await this.#options.send("Fetch.enable", {
      patterns: [{ urlPattern: "*" }],
      handleAuthRequests: true,
    });
  }

  /** A request stands still at the browser's door. */
  async hold(paused: Paused): Promise<void> {
    const { send, pageOf } = this.#options;
    const page = pageOf(paused.frameId);
    try {
      if (URL.parse(paused.request.url)?.pathname === `/${this.#options.token}`) {
        await this.#judgeHost(paused);
      } else await this.#judge(paused, page);
    } catch (error) {
      const reason = error instanceof Fault ? "AccessDenied" : "Failed";
      tell(send, "Fetch.failRequest", { requestId: paused.requestId, errorReason: reason });
    }
  }

  /** A server asks who is there. */
  authenticate({ requestId, frameId }: CDPEvents["Fetch.authRequired"], tried: boolean): void {
    const settings = this.#options.pageOf(frameId)?.settings;
    const known = settings?.userName !== undefined && !tried;
    tell(this.#options.send, "Fetch.continueWithAuth", {
      requestId,
      authChallengeResponse: known
        ? {
            response: "ProvideCredentials",
            username: settings.userName ?? "",
            password: settings.password ?? "",
          }
        : { response: "CancelAuth" },
    });
  }

  /** For the browser's events of the network. */
  hear(page: Page, event: { method: string; params: unknown }): void {
    this.#exchanges.hear(page, event);
  }

  async #judge(paused: Paused, page: Page | undefined): Promise<void> {
    const { send, servers, local, assertAllowed } = this.#options;
    const { requestId, request } = paused;
    const isDocument = paused.resourceType === "Document" && paused.frameId === page?.targetId;
    const known = this.#exchanges.begin(paused, page, isDocument, () => this.#abort(requestId));
    if (page && isDocument && page.locked && !page.next) return this.#abort(requestId);
    if (page?.settings?.loadImages === false && paused.resourceType === "Image") {
      return this.#abort(requestId);
    }
    let { url } = request;
    const next = (isDocument && page?.next) || null;
    if (page && next) page.next = null;
    let headers: Record<string, string | null> = { ...page?.customHeaders, ...next?.headers };
    const posted = next && next.method !== "GET" ? next : null;
    if (posted?.data && !hasHeader(headers, "content-type")) {
      headers["Content-Type"] = "application/x-www-form-urlencoded";
    }
    const asked: CdpRequest = {
      ...request,
      ...(posted && { method: posted.method, postData: posted.data ?? "" }),
    };
    known.method = asked.method;
    known.headers = withHeaders(request.headers, headers);
    if (page?.listens.has("onResourceRequested")) {
      const verdict = (await page.ask(
        "onResourceRequested",
        [told(known, asked)],
        "soon",
      )) as Verdict | null;
      if (verdict?.abort) {
        this.#exchanges.fail(page, known, { code: 5, words: "Operation canceled" });
        return this.#abort(requestId);
      }
      url = verdict?.url ?? url;
      headers = { ...headers, ...verdict?.headers };
    }
    if (known.told) return undefined;
    if (local.owns(url)) return this.#giveFile(known, requestId, url);
    const port = servers.portOf(url);
    if (next?.content !== undefined) {
      await send("Fetch.fulfillRequest", {
        requestId,
        responseCode: 200,
        responseHeaders: [{ name: "Content-Type", value: "text/html; charset=utf-8" }],
        body: base64Of(new TextEncoder().encode(next.content)),
      });
      return undefined;
    }
    if (port !== null) {
      const answer = await servers.answer(port, { ...asked, url }, headers, page?.settings ?? null);
      if (known.told) return undefined;
      known.status = answer.status;
      delete known.abort;
      await send("Fetch.fulfillRequest", {
        requestId,
        responseCode: answer.status,
        responseHeaders: answer.headers,
        body: base64Of(answer.body),
      });
      return undefined;
    }
    await assertAllowed(url);
    if (known.told) return undefined;
    delete known.abort;
    const changed = Object.keys(headers).length > 0;
    await send("Fetch.continueRequest", {
      requestId,
      ...(url !== request.url && { url }),
      ...(posted && { method: posted.method }),
      ...(posted?.data && { postData: base64Of(new TextEncoder().encode(posted.data)) }),
      ...(changed && { headers: withHeaders(request.headers, headers) }),
    });
    return undefined;
  }

  async #giveFile(known: Request, requestId: string, url: string): Promise<void> {
    const { send, local } = this.#options;
    const found = local.answer(url);
    if (known.told) return;
    delete known.abort;
    if (!found) {
      await send("Fetch.failRequest", { requestId, errorReason: "Failed" });
      return;
    }
    await send("Fetch.fulfillRequest", {
      requestId,
      responseCode: 200,
      responseHeaders: [{ name: "Content-Type", value: found.contentType }],
      body: base64Of(found.body),
    });
  }

  async #judgeHost({ requestId, request }: Paused): Promise<void> {
    const { send, assertAllowed } = this.#options;
    await assertAllowed(new URL("/", request.url).href);
    await send("Fetch.fulfillRequest", {
      requestId,
      responseCode: 204,
      responseHeaders: [{ name: "Access-Control-Allow-Origin", value: "*" }],
    });
  }

  #abort(requestId: string): void {
    tell(this.#options.send, "Fetch.failRequest", { requestId, errorReason: "Aborted" });
  }
}
