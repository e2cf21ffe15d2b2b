import { afterAll } from "vitest";
import {
  type AgentSettings,
  getLaunch,
  type LaunchDetails,
  startNextLaunch,
} from "../../../src/domain/agent/index.ts";
import { ctxOf, newAgent as makeAgent, nothingRuns } from "../../support/agents.ts";
import { type Account, ask, call, newAccount } from "../../support/api.ts";

export type Json = Record<string, unknown>;

/** JSend, as wire/phantombuster.rst has it. */
export interface Answered<T> {
  code: number;
  status: string;
  message?: string;
  data: T;
}

/** Data of `output.json`, both generations' fields. */
export interface Output {
  status: string;
  agentStatus: string;
  containerStatus?: string;
  launchNumber: number;
  containerId: number;
  runningContainers: number;
  queuedContainers: number;
  progress?: Json;
  messages: { id: number; date: number; text: string; type: string; context: string[] }[];
  output: string;
  outputPos: number;
  resultObject?: unknown;
}

/** What every console begins with: wire/notes.md, "First console line". */
export const FIRST_LINE =
  /^\* Container [0-9a-f]{12} started in directory \/home\/phantom\/agent\n/;

/** What the script itself said. */
export function ownWords(output: string): string {
  if (!FIRST_LINE.test(output)) throw new Error(`No first line: ${output}`);
  return output.replace(FIRST_LINE, "");
}

/** A client written against wire/phantombuster.rst. */
export interface Client {
  account: Account;
  /** Any method and body, the answer as it came. */
  send: (path: string, init?: RequestInit) => Promise<Response>;
  get: <T = Json>(path: string) => Promise<Answered<T>>;
  post: <T = Json>(path: string, body?: unknown) => Promise<Answered<T>>;
  form: <T = Json>(path: string, body: Record<string, string>) => Promise<Answered<T>>;
  remove: <T = Json>(path: string) => Promise<Answered<T>>;
  /** The same account behind a read-only key. */
  readOnly: () => Promise<Client>;
}

export function clientOf(account: Account): Client {
  const send = (path: string, init: RequestInit = {}) =>
    ask(`/api/v1/${path}`, {
      ...init,
      headers: {
        "X-Phantombuster-Key-1": account.key,
        ...(init.headers as Record<string, string>),
      },
    });
  const read = async <T>(response: Response): Promise<Answered<T>> => ({
    code: response.status,
    ...(await response.json<Omit<Answered<T>, "code">>()),
  });
  return {
    account,
    send,
    get: async (path) => read(await send(path)),
    post: async (path, body) =>
      read(
        await send(path, {
          method: "POST",
          ...(body !== undefined && {
            headers: { "content-type": "application/json" },
            body: JSON.stringify(body),
          }),
        }),
      ),
    form: async (path, body) =>
      read(await send(path, { method: "POST", body: new URLSearchParams(body) })),
    remove: async (path) => read(await send(path, { method: "DELETE" })),
    readOnly: async () => {
      const wish = { name: "reader", scope: "read" };
      const { body } = await call<{ api_key: string }>(account.key, "POST", "/manage/keys", wish);
      return clientOf({ ...account, key: body.api_key });
    },
  };
}

export async function newClient(): Promise<Client> {
  return clientOf(await newAccount());
}

const made: { client: Client; agent: number }[] = [];

/** Nothing waits or runs when a test file ends, whatever its tests left. */
afterAll(async () => {
  for (const { client, agent } of made) await client.get(`agent/${agent}/abort`);
  if (made.length > 0) await nothingRuns();
});

/** Makes an agent with a script of its own, and gives its id. */
export async function newAgent(
  client: Client,
  text: string,
  settings: Partial<AgentSettings> = {},
): Promise<number> {
  const agent = await makeAgent(await ctxOf(client.account.key), text, settings);
  made.push({ client, agent });
  return agent;
}

/** Starts the launch whose turn it is, without waiting for the queue's message. */
export async function start({ account }: Client): Promise<void> {
  await startNextLaunch(await ctxOf(account.key));
}

/** What a launch was queued with. */
export async function queued({ account }: Client, containerId: number): Promise<LaunchDetails> {
  return getLaunch(await ctxOf(account.key), containerId);
}
