import type { CDPEvents } from "@cloudflare/puppeteer";
import { Fault } from "../../domain/errors.ts";
import type { RunWorld } from "../../domain/ports.ts";
import { base64Of } from "../binary.ts";
import type { LocalFiles } from "./local-files.ts";
import { errorOf, errorOfStatus } from "./network-error.ts";
import type { Page } from "./page.ts";
import { type CdpHeaders, type CdpRequest, type CdpResponse, type Send, tell } from "./protocol.ts";
import type { Servers } from "./servers.ts";

type Paused = CDPEvents["Fetch.requestPaused"];

/** A request as PhantomJS numbers and tells it. */
interface Request {
  id: number;
  url: string;
  method: string;
  headers: Header[];
  /** The main document's. */
  isDocument: boolean;
  response?: Response;
  timer?: ReturnType<typeof setTimeout>;
  timedOut?: boolean;
  /** Lets go of it while it stands still. */
  abort?: () => void;
  /** Status that it was answered with, where no response comes of it: 204, and what is none. */
  status?: number;
}

interface Response {
  id: number;
  url: string;
  status: number;
  statusText: string;
  headers: Header[];
  contentType: string | null;
  redirectURL: string | null;
}

export interface Header {
  name: string;
  value: string;
}

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
  assertAllowed: RunWorld["assertAllowed"];
  pageOf: (frameId: string) => Page | undefined;
}

/**
 * Every request of every page: held until it is judged and the script has had its word, then let
 * through, answered by the script's own server, or refused.
 */
export class Network {
  readonly #options: NetworkOptions;
  readonly #requests = new Map<string, Request>();
  #count = 0;

  constructor(options: NetworkOptions) {
    this.#options = options;
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
      await this.#judge(paused, page);
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

  hear(page: Page, event: { method: string; params: unknown }): void {
    switch (event.method) {
      case "Network.requestWillBeSent": {
        const { requestId, redirectResponse, request } =
          event.params as CDPEvents["Network.requestWillBeSent"];
        if (redirectResponse) this.#redirected(page, requestId, redirectResponse, request.url);
        break;
      }
      case "Network.responseReceivedExtraInfo": {
        const { requestId, statusCode } =
          event.params as CDPEvents["Network.responseReceivedExtraInfo"];
        const request = this.#requests.get(requestId);
        if (request) request.status = statusCode;
        break;
      }
      case "Network.responseReceived": {
        const { requestId, response } = event.params as CDPEvents["Network.responseReceived"];
        this.#answered(page, requestId, response);
        break;
      }
      case "Network.loadingFinished": {
        const { requestId, encodedDataLength } =
          event.params as CDPEvents["Network.loadingFinished"];
        this.#finished(page, requestId, encodedDataLength);
        break;
      }
      case "Network.loadingFailed":
        this.#failed(page, event.params as CDPEvents["Network.loadingFailed"]);
        break;
      default:
    }
  }

  async #judge(paused: Paused, page: Page | undefined): Promise<void> {
    const { send, servers, local, assertAllowed } = this.#options;
    const { requestId, request } = paused;
    const isDocument = paused.resourceType === "Document" && paused.frameId === page?.targetId;
    const known = this.#begin(paused, page, isDocument);
    if (page && isDocument && page.locked && known.id > 1) return this.#abort(requestId);
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
        this.#tellFailure(page, known, { code: 5, words: "Operation canceled" });
        return this.#abort(requestId);
      }
      url = verdict?.url ?? url;
      headers = { ...headers, ...verdict?.headers };
    }
    if (known.timedOut) return undefined;
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
      if (known.timedOut) return undefined;
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
    if (known.timedOut) return undefined;
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
    if (known.timedOut) return;
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

  #begin(paused: Paused, page: Page | undefined, isDocument: boolean): Request {
    const { request, networkId = paused.requestId } = paused;
    const known: Request = {
      id: ++this.#count,
      url: this.#options.local.shown(request.url + (request.urlFragment ?? "")),
      method: request.method,
      headers: headersOf(request.headers),
      isDocument,
      abort: () => this.#abort(paused.requestId),
    };
    this.#requests.set(networkId, known);
    if (isDocument) page?.documentAsked();
    const limit = page?.settings?.resourceTimeout ?? 0;
    if (page && limit > 0) known.timer = setTimeout(() => this.#timeOut(page, known), limit);
    return known;
  }

  #timeOut(page: Page, request: Request): void {
    request.timedOut = true;
    request.abort?.();
    page.notify("onResourceTimeout", [
      {
        id: request.id,
        url: request.url,
        method: request.method,
        headers: request.headers,
        time: new Date().toISOString(),
        errorCode: 408,
        errorString: "Network timeout on resource.",
      },
    ]);
    this.#tellFailure(page, request, { code: 5, words: "Operation canceled" });
    if (!request.isDocument) return;
    page.documentFailed();
    tell(page.send, "Page.stopLoading");
  }

  #abort(requestId: string): void {
    tell(this.#options.send, "Fetch.failRequest", { requestId, errorReason: "Aborted" });
  }

  #redirected(page: Page, key: string, response: CdpResponse, to: string): void {
    const request = this.#requests.get(key);
    if (!request) return;
    const received = { ...responseOf(request.id, response), redirectURL: to };
    this.#tellReceived(page, received, "end", 0);
  }

  #answered(page: Page, key: string, response: CdpResponse): void {
    const request = this.#requests.get(key);
    if (!request || request.timedOut) return;
    request.response = { ...responseOf(request.id, response), url: request.url };
    this.#tellReceived(page, request.response, "start", response.encodedDataLength);
  }

  #finished(page: Page, key: string, bodySize: number): void {
    const request = this.#requests.get(key);
    if (!request) return;
    this.#forget(key);
    const { response } = request;
    if (!response || request.timedOut) return;
    const error = errorOfStatus(response);
    if (error) page.notify("onResourceError", [{ id: request.id, url: request.url, ...error }]);
    this.#tellReceived(page, response, "end", bodySize);
    if (request.isDocument) page.documentTold();
  }

  #failed(page: Page, { requestId, errorText }: CDPEvents["Network.loadingFailed"]): void {
    const request = this.#requests.get(requestId);
    if (!request) return;
    this.#forget(requestId);
    if (request.isDocument) page.documentFailed();
    if (!request.timedOut) {
      if (request.status !== undefined) this.#tellStatus(page, request, request.status);
      else this.#tellFailure(page, request, errorOf(errorText, request.url));
    }
    if (request.isDocument) page.documentTold();
  }

  /** An answer that is no document: the browser stays where it is. */
  #tellStatus(page: Page, { id, url }: Request, status: number): void {
    const nothing = { id, url, statusText: "", headers: [], contentType: null, redirectURL: null };
    this.#tellReceived(page, { ...nothing, status }, "end", 0);
  }

  #tellFailure(page: Page, { id, url }: Request, error: { code: number; words: string }): void {
    page.notify("onResourceError", [
      { id, url, errorCode: error.code, errorString: error.words, status: null, statusText: null },
    ]);
    const nothing = { id, url, status: 0, statusText: "", headers: [], contentType: null };
    this.#tellReceived(page, { ...nothing, redirectURL: null }, "end", 0);
  }

  #forget(key: string): void {
    clearTimeout(this.#requests.get(key)?.timer);
    this.#requests.delete(key);
  }

  #tellReceived(page: Page, response: Response, stage: "start" | "end", bodySize: number): void {
    const { status, statusText } = response;
    page.notify("onResourceReceived", [
      {
        ...response,
        status: status === 0 ? null : status,
        statusText: status === 0 ? null : statusText,
        stage,
        ...(stage === "start" && { bodySize }),
        time: Date.now(),
      },
    ]);
  }
}

function told(known: Request, request: CdpRequest): object {
  const { id, url, method, headers } = known;
  const { postData } = request;
  return {
    id,
    url,
    method,
    headers,
    time: new Date().toISOString(),
    ...(postData !== undefined && { postData }),
  };
}

function responseOf(id: number, response: CdpResponse): Response {
  const headers = headersOf(response.headers);
  const stated = headers.find(({ name }) => name.toLowerCase() === "content-type")?.value;
  return {
    id,
    url: response.url,
    status: response.status,
    statusText: response.statusText,
    headers,
    contentType: stated ?? (response.mimeType || null),
    redirectURL: null,
  };
}

function headersOf(headers: CdpHeaders): Header[] {
  // Several of one name come on lines of their own.
  return Object.entries(headers).flatMap(([name, value]) =>
    String(value)
      .split("\n")
      .map((line) => ({ name, value: line })),
  );
}

function hasHeader(headers: Record<string, string | null>, name: string): boolean {
  return Object.keys(headers).some((each) => each.toLowerCase() === name);
}

function withHeaders(given: CdpHeaders, changes: Record<string, string | null>): Header[] {
  const changed = new Set(Object.keys(changes).map((name) => name.toLowerCase()));
  const kept = Object.entries(given).filter(([name]) => !changed.has(name.toLowerCase()));
  const added = Object.entries(changes).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  );
  return [...kept, ...added].map(([name, value]) => ({ name, value: String(value) }));
}
