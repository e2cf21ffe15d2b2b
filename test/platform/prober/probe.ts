import { connect } from "cloudflare:sockets";
import { inject } from "vitest";
import type { ProbeRequest, ProbeResult } from "../../../src/domain/monitor/probe.ts";
import type { Connect } from "../../../src/platform/prober/dial.ts";
import { createProber, type ProberOptions } from "../../../src/platform/prober/index.ts";
import { createGuard } from "../../../src/platform/guard.ts";

/** Asks a prober of its own, with everything at its plainest. */
export function probe(
  url: string,
  wish: Partial<ProbeRequest> = {},
  options: Partial<ProberOptions> = {},
): Promise<ProbeResult> {
  return createProber({ ...defaults(), ...options }).probe(requestFor(url, wish));
}

export function defaults(): ProberOptions {
  const { doh: dohUrl } = inject("origins");
  return { guard: createGuard({ allowPrivate: true, ownHosts: [], dohUrl }), dohUrl };
}

export function requestFor(url: string, wish: Partial<ProbeRequest> = {}): ProbeRequest {
  return {
    url,
    method: "GET",
    headers: [],
    body: null,
    userAgent: "Outrider-Test/1",
    followRedirects: true,
    word: null,
    wordAbsent: null,
    timeoutMs: 5000,
    certificate: false,
    ...wish,
  };
}

/** Connects names that only the test's name server knows to this machine. */
export const toLoopback: Connect = (address, options) => {
  if (typeof address === "string") return connect(address, options);
  const hostname = address.hostname.endsWith(".test") ? "127.0.0.1" : address.hostname;
  return connect({ ...address, hostname }, options);
};

export const CONNECT_DELAY_MS = 200;

/** Opens connections as a far away place would: late. */
export const connectLate: Connect = (address, options) => {
  const socket = connect(address, options);
  const opened = socket.opened.then(async (info) => {
    await scheduler.wait(CONNECT_DELAY_MS);
    return info;
  });
  return new Proxy(socket, {
    get: (target, key) => {
      if (key === "opened") return opened;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
};

/** The address of an origin under a name. */
export function named(url: string, name: string): string {
  const address = new URL(url);
  address.hostname = name;
  return address.href;
}
