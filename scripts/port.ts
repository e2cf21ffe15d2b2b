import { createServer } from "node:net";

export const DEFAULT_PORT = 8787;

/** @throws Error when `PORT` is no port. */
export function readPort(text: string | undefined): number {
  if (text === undefined || text === "") return DEFAULT_PORT;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new Error(`PORT is "${text}", which is no port: use a number from 1 to 65535.`);
}

/** What a port is good for. `ipv4` alone: this system has no IPv6 loopback. */
export type PortState = "taken" | "ipv4" | "both";

/** Tries the port on both loopback addresses, where `localhost` may lead a client. */
export async function tryPort(port: number): Promise<PortState> {
  const [four, six] = [await tryAddress("127.0.0.1", port), await tryAddress("::1", port)];
  if (four === "taken" || six === "taken") return "taken";
  return six === "free" ? "both" : "ipv4";
}

async function tryAddress(host: string, port: number): Promise<"free" | "taken" | "absent"> {
  const server = createServer();
  const outcome = await new Promise<"free" | "taken" | "absent">((resolve, reject) => {
    server.once("error", ({ code, message }: NodeJS.ErrnoException) => {
      if (code === "EADDRINUSE") resolve("taken");
      else if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT") resolve("absent");
      else reject(new Error(`Port ${port} cannot be used: ${message}`));
    });
    server.listen({ host, port, exclusive: true }, () => resolve("free"));
  });
  await new Promise((resolve) => server.close(resolve));
  return outcome;
}
