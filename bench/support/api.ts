/** A plain HTTP client: Node's own, connections kept open, nothing done beside the request. */
import { Agent, request } from "node:http";

export interface Answer {
  status: number;
  body: Buffer;
}

export class Api {
  readonly origin: string;
  /** Sent with every request. */
  readonly headers: Record<string, string>;
  readonly #agent = new Agent({ keepAlive: true });

  /**
   * @param key sent as `Authorization: Bearer`, and as bots send it.
   * @param headers sent instead, where others are wanted.
   */
  constructor(origin: string, key?: string, headers?: Record<string, string>) {
    this.origin = origin;
    const keyed = key === undefined ? {} : { authorization: `Bearer ${key}`, "x-api-key": key };
    this.headers = headers ?? keyed;
  }

  get(path: string): Promise<Answer> {
    return this.send("GET", path);
  }

  /** A JSON answer's value. */
  async post<T>(path: string, body: unknown): Promise<T> {
    const answer = await this.send("POST", path, body);
    return JSON.parse(answer.body.toString()) as T;
  }

  /** @throws Error for every status that is no success, so that no refusal is measured. */
  send(method: string, path: string, body?: unknown): Promise<Answer> {
    return this.#send(method, path, body === undefined ? undefined : JSON.stringify(body));
  }

  /** Sends JSON that is written already, or a piece of it a line. */
  sendText(method: string, path: string, text: string): Promise<Answer> {
    return this.#send(method, path, text);
  }

  #send(method: string, path: string, text: string | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.origin}${path}`,
        {
          method,
          agent: this.#agent,
          headers: {
            ...this.headers,
            ...(text === undefined
              ? {}
              : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const status = response.statusCode ?? 0;
            const answer = { status, body: Buffer.concat(chunks) };
            if (status >= 200 && status < 300) resolve(answer);
            else reject(new Error(`${method} ${path}: ${status} ${answer.body.toString()}`));
          });
        },
      );
      sent.on("error", reject);
      sent.end(text);
    });
  }
}
