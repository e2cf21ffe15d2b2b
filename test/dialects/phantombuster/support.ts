import { type Account, ask, call, newAccount } from "../../support/api.ts";

export type Json = Record<string, unknown>;

/** JSend, as wire/phantombuster.rst has it. */
export interface Answered<T> {
  code: number;
  status: string;
  message?: string;
  data: T;
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

/** Makes an agent with a script of its own, and gives its id. */
export async function newAgent(
  { account }: Client,
  text: string,
  settings: Json = {},
): Promise<number> {
  const script = `${crypto.randomUUID()}.js`;
  const added = await call(account.key, "POST", "/manage/scripts", { name: script, text });
  if (added.status !== 201) throw new Error(`No script: ${JSON.stringify(added.body)}`);
  const { status, body } = await call<{ agent: { id: number } }>(
    account.key,
    "POST",
    "/manage/agents",
    { name: script, script, ...settings },
  );
  if (status !== 201) throw new Error(`No agent: ${status} ${JSON.stringify(body)}`);
  return body.agent.id;
}
