import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import worker from "../../../src/index.ts";
import { newAccount, ORIGIN } from "../../support/api.ts";

/** The Worker as it is deployed: private targets are refused. */
async function guarded(key: string, path: string, body: object): Promise<Response> {
  const deployed = {
    ...env,
    ALLOW_PRIVATE_TARGETS: "0",
    PUBLIC_HOST: "outrider.example",
  } as unknown as Env;
  const execution = createExecutionContext();
  const request = new Request(`${ORIGIN}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const response = await worker.fetch(request, deployed, execution);
  await waitOnExecutionContext(execution);
  return response;
}

const SESSION = "/sessions/sess_000000000000000000000000";

const REFUSED = [
  "http://127.0.0.1/",
  "http://localhost:8080/",
  "http://localhost./",
  "http://2130706433/",
  "http://0x7f000001/",
  "http://0177.0.0.1/",
  "http://127.1/",
  "http://[::1]/",
  "http://[::ffff:127.0.0.1]/",
  "http://[::ffff:7f00:1]/",
  "http://10.0.0.5/",
  "http://192.168.1.1/",
  "http://172.16.0.1/",
  "http://169.254.169.254/latest/meta-data/",
  "http://metadata.google.internal/",
  "http://100.64.0.1/",
  "http://0.0.0.0/",
  "http://[fd00::1]/",
  "http://[fe80::1]/",
  "http://printer.local/",
  "http://outrider.test/manage/account",
  "https://OUTRIDER.test./",
  "https://outrider.example/",
];

let key: string;
beforeAll(async () => {
  ({ key } = await newAccount());
});

describe("addresses that a tenant may not reach", () => {
  it.each(REFUSED)("%s: navigate", async (url) => {
    const response = await guarded(key, `${SESSION}/navigate`, { url });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "BAD_REQUEST" } });
  });

  it.each(REFUSED)("%s: a step of a workflow, before any step runs", async (url) => {
    const response = await guarded(key, `${SESSION}/workflow`, {
      workflow: { name: "w", steps: [{ action: "goto", url }] },
    });
    expect(response.status).toBe(400);
  });

  it.each(REFUSED)("%s: the base URL of a language model", async (url) => {
    const response = await guarded(key, "/sessions", { base_url: url });
    expect(response.status).toBe(400);
  });
});
