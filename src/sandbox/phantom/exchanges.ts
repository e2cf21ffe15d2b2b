import type { CDPEvents } from "@cloudflare/puppeteer";
import type { LocalFiles } from "./local-files.ts";
import { errorOf, errorOfStatus } from "./network-error.ts";
import type { Page } from "./page.ts";
import { type CdpResponse, tell } from "./protocol.ts";
import { headersOf, type Request, type Response, responseOf } from "./request.ts";

/**
 * The requests under way, and what becomes of them, as the script is told of it:
 * `onResourceReceived`, `onResourceError` and `onResourceTimeout`.
 */
export class Exchanges {
  readonly #local: LocalFiles;
  readonly #requests = new Map<string, Request>();
  #count = 0;

  constructor(local: LocalFiles) {
    this.#local = local;
  }

  /** @param abort Lets go of it while it stands still. */
  begin(
    paused: CDPEvents["Fetch.requestPaused"],
    page: Page | undefined,
    isDocument: boolean,
    abort: () => void,
  ): Request {
    const { request, networkId = paused.requestId } = paused;
    const known: Request = {
      id: ++this.#count,
      url: this.#local.shown(request.url + (request.urlFragment ?? "")),
      method: request.method,
      headers: headersOf(request.headers),
      isDocument,
      abort,
    };
    this.#requests.set(networkId, known);
    if (isDocument) page?.loading.documentAsked();
    const limit = page?.settings?.resourceTimeout ?? 0;
    if (page && limit > 0) known.timer = setTimeout(() => this.#timeOut(page, known), limit);
    return known;
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

  #timeOut(page: Page, request: Request): void {
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
    this.fail(page, request, { code: 5, words: "Operation canceled" });
    if (!request.isDocument) return;
    page.loading.documentFailed();
    tell(page.send, "Page.stopLoading");
  }

  #redirected(page: Page, key: string, response: CdpResponse, to: string): void {
    const request = this.#requests.get(key);
    if (!request) return;
    const received = { ...responseOf(request.id, response), redirectURL: to };
    this.#tellReceived(page, received, "end", 0);
  }

  #answered(page: Page, key: string, response: CdpResponse): void {
    const request = this.#requests.get(key);
    if (!request || request.told) return;
    request.response = { ...responseOf(request.id, response), url: request.url };
    this.#tellReceived(page, request.response, "start", response.encodedDataLength);
  }

  #finished(page: Page, key: string, bodySize: number): void {
    const request = this.#requests.get(key);
    if (!request) return;
    this.#forget(key);
    const { response } = request;
    if (!response || request.told) return;
    const error = errorOfStatus(response);
    if (error) page.notify("onResourceError", [{ id: request.id, url: request.url, ...error }]);
    this.#tellReceived(page, response, "end", bodySize);
    if (request.isDocument) page.loading.documentTold();
  }

  #failed(page: Page, { requestId, errorText }: CDPEvents["Network.loadingFailed"]): void {
    const request = this.#requests.get(requestId);
    if (!request) return;
    this.#forget(requestId);
    if (request.isDocument) page.loading.documentFailed();
    if (!request.told) {
      if (request.status !== undefined) this.#tellStatus(page, request, request.status);
      else this.fail(page, request, errorOf(errorText, request.url));
    }
    if (request.isDocument) page.loading.documentTold();
  }

  /** An answer that is no document: the browser stays where it is. */
  #tellStatus(page: Page, { id, url }: Request, status: number): void {
    const nothing = { id, url, statusText: "", headers: [], contentType: null, redirectURL: null };
    this.#tellReceived(page, { ...nothing, status }, "end", 0);
  }

  /** It comes to nothing, and that is all that is told of it. */
  fail(page: Page, request: Request, error: { code: number; words: string }): void {
    const { id, url } = request;
    request.told = true;
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
