import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import worker from "../../src/index.ts";
import { type Answer, ORIGIN } from "./api.ts";

export interface Letter {
  to: string;
  from: { name: string; email: string };
  subject: string;
  text: string;
  html?: string;
  headers?: Record<string, string>;
}

export interface Deployment {
  /** Its settings and bindings. */
  env: Env;
  /** Asks the Worker under these settings; what it does after the answer is done as well. */
  ask: (path: string, init?: RequestInit) => Promise<Response>;
  /** Sends JSON with a key, and reads JSON. */
  call: <T = Record<string, unknown>>(
    key: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer<T>>;
  /** What went out by mail, through the real local binding. */
  letters: Letter[];
  /** Mail for one address. */
  lettersTo: (address: string) => Letter[];
}

/** The Worker under settings of its own, for what the shared one is not set to. */
export function deployment(settings: Record<string, unknown> = {}): Deployment {
  const letters: Letter[] = [];
  const binding: SendEmail = {
    send: async (message: unknown) => {
      const sent = await env.EMAIL.send(message as Parameters<SendEmail["send"]>[0]);
      letters.push(message as Letter);
      return sent;
    },
  };
  const ours = {
    ...env,
    MAIL_FROM: "outrider@outrider.test",
    EMAIL: binding,
    PASSWORD_TRIES: "1000",
    ...settings,
  } as unknown as Env;
  const ask = async (path: string, init: RequestInit = {}) => {
    const execution = createExecutionContext();
    const response = await worker.fetch(new Request(`${ORIGIN}${path}`, init), ours, execution);
    await waitOnExecutionContext(execution);
    return response;
  };
  return {
    env: ours,
    ask,
    letters,
    lettersTo: (address) => letters.filter(({ to }) => to === address),
    call: async (key, method, path, body, headers = {}) => {
      const response = await ask(path, {
        method,
        headers: {
          ...(key !== null && { authorization: `Bearer ${key}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as never,
      };
    },
  };
}
