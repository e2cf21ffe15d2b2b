/** Debian's prometheus-blackbox-exporter, as its package starts it but for the port. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Api } from "./api.ts";

const PROGRAM = "prometheus-blackbox-exporter";
const START_LIMIT_MS = 10_000;
/** The package's own module, bound to the addresses that the origins have. */
const CONFIG = `modules:
  http_2xx:
    prober: http
    timeout: 10s
    http: { preferred_ip_protocol: ip4, ip_protocol_fallback: false }
`;

export interface Exporter {
  api: Api;
  pid: number | undefined;
  stop: () => Promise<void>;
}

/**
 * Starts it with one core to run on; null when it is not installed.
 * @param authority PEM file of whom it is to trust.
 */
export async function startExporter(authority: string): Promise<Exporter | null> {
  const folder = await mkdtemp(join(tmpdir(), "exporter-"));
  const config = join(folder, "blackbox.yml");
  await writeFile(config, CONFIG);
  const port = await freePort();
  const child = spawn(
    PROGRAM,
    [
      `--config.file=${config}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // The prober alone writes no line per probe either.
      "--log.level=error",
    ],
    { stdio: "ignore", env: { ...process.env, GOMAXPROCS: "1", SSL_CERT_FILE: authority } },
  );
  const failed = once(child, "error").then(() => null);
  const api = new Api(`http://127.0.0.1:${port}`);
  const ended = once(child, "exit");
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    const state = await Promise.race([failed, api.get("/-/healthy").catch(() => undefined)]);
    if (state === null) return null;
    if (state) break;
    if (Date.now() > deadline || child.exitCode !== null)
      throw new Error(`${PROGRAM} did not start.`);
    await wait(50);
  }
  return {
    api,
    pid: child.pid,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
