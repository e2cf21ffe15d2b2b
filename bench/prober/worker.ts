/** The product's prober behind the same door as blackbox_exporter's: `GET /probe?target=`. */
import { createGuard } from "../../src/platform/guard.ts";
import { createProber } from "../../src/platform/prober/index.ts";

/** As a deployment has it; never asked, since the target's address is no name. */
const DOH_URL = "https://cloudflare-dns.com/dns-query";
const guard = createGuard({ allowPrivate: true, ownHosts: [], dohUrl: DOH_URL });

export default {
  async fetch(request) {
    const target = new URL(request.url).searchParams.get("target") ?? "";
    const result = await createProber({ guard, dohUrl: DOH_URL }).probe({
      url: target,
      method: "GET",
      headers: [],
      body: null,
      userAgent: "Outrider-Bench/1",
      followRedirects: true,
      word: null,
      wordAbsent: null,
      timeoutMs: 10_000,
      certificate: false,
    });
    return Response.json(result, { status: result.passed ? 200 : 502 });
  },
} satisfies ExportedHandler;
