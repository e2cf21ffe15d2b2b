import type { RunFiles } from "../files.ts";
import { contentTypeOf } from "../../domain/file/content-type.ts";

/**
 * The run's own files as pages: a browser elsewhere cannot open them, so `file:` addresses are
 * asked for under an origin that no name leads to, and answered from the run's folder.
 */
export class LocalFiles {
  readonly origin: string;
  readonly #files: RunFiles;

  /** @param secret What makes the origin the run's own. */
  constructor(files: RunFiles, secret: string) {
    this.#files = files;
    this.origin = `http://files-${secret.toLowerCase().replace(/[^a-z\d]/g, "")}.invalid`;
  }

  /** A `file:` address, or the path of a file that is there, as the browser asks for it. */
  asked(address: string): string | null {
    const path = address.startsWith("file:") ? (URL.parse(address)?.pathname ?? "/") : null;
    if (path !== null) return this.origin + path;
    if (/^[a-z][a-z\d+.-]*:/i.test(address)) return null;
    const [bare = ""] = address.split(/[?#]/, 1);
    if (bare === "" || this.#files.stat(bare)?.type !== "file") return null;
    return this.origin + encodeURI(this.#files.absolute(bare)) + address.slice(bare.length);
  }

  /** An address as the script sees it. */
  shown(url: string): string {
    return url.startsWith(`${this.origin}/`) ? `file://${url.slice(this.origin.length)}` : url;
  }

  owns(url: string): boolean {
    return url.startsWith(`${this.origin}/`);
  }

  /** What is there; null for nothing. */
  answer(url: string): { contentType: string; body: Uint8Array } | null {
    const path = decodeURIComponent(URL.parse(url)?.pathname ?? "");
    if (this.#files.stat(path)?.type !== "file") return null;
    return { contentType: contentTypeOf(path), body: this.#files.read(path) };
  }
}
