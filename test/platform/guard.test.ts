import { describe, expect, it } from "vitest";
import { Fault } from "../../src/domain/errors.ts";
import { createGuard } from "../../src/platform/guard.ts";

type Zone = Record<string, { a?: string[]; aaaa?: string[]; alias?: string; ttl?: number }>;

const zone: Zone = {
  "example.com": { a: ["93.184.215.14"], aaaa: ["2606:2800:21f:cb07:6820:80da:af6b:8b2c"] },
  "xn--bcher-kva.example": { a: ["93.184.215.14"] },
  "four.example": { a: ["93.184.215.14"] },
  "inside.example": { a: ["10.1.2.3"] },
  "inside6.example": { a: ["93.184.215.14"], aaaa: ["fd00:ec2::254"] },
  "both.example": { a: ["93.184.215.14", "127.0.0.1"] },
  "mapped.example": { aaaa: ["::ffff:169.254.169.254"] },
  "alias.example": { a: ["93.184.215.14"], alias: "outrider.acme.workers.dev." },
  "alias-inside.example": { a: ["93.184.215.14"], alias: "db.corp.internal." },
  "alias-fine.example": { a: ["93.184.215.14"], alias: "example.com." },
  "brief.example": { a: ["93.184.215.14"], ttl: 10 },
  "long.example": { a: ["93.184.215.14"], ttl: 86_400 },
  "empty.example": {},
};

/** Answers as a DNS-over-HTTPS service does. */
function doh() {
  const asked: string[] = [];
  const answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const name = url.searchParams.get("name") ?? "";
    const type = url.searchParams.get("type");
    asked.push(`${name} ${type}`);
    if (name === "down.example") return new Response("no", { status: 502 });
    if (name === "refused.example") return Response.json({ Status: 5 });
    if (name === "lame.example") return Response.json({ Status: 2 });
    if (name === "odd.example") return Response.json({ Status: 0, Answer: [{ type: 1 }] });
    const entry = zone[name];
    if (!entry) return Response.json({ Status: 3 });
    const TTL = entry.ttl ?? 300;
    const addresses = (type === "A" ? entry.a : entry.aaaa) ?? [];
    return Response.json({
      Status: 0,
      Answer: [
        ...(entry.alias ? [{ name, type: 5, TTL, data: entry.alias }] : []),
        ...addresses.map((data) => ({ name, type: type === "A" ? 1 : 28, TTL, data })),
      ],
    });
  };
  return { asked, answer };
}

function guarded(allowPrivate = false) {
  const { asked, answer } = doh();
  const clock = { now: 1_000_000 };
  const guard = createGuard({
    allowPrivate,
    ownHosts: ["outrider.acme.workers.dev", "Agents.Acme.example:443", "198.41.0.4"],
    dohUrl: "https://dns.test/dns-query",
    fetch: answer,
    now: () => clock.now,
  });
  return { guard, asked, clock };
}

/** Why an address is refused; anything but a BAD_REQUEST is no refusal. */
async function refusalOf(url: string): Promise<string> {
  try {
    await guarded().guard.assertAllowed(url);
    return "allowed";
  } catch (error) {
    if (error instanceof Fault && error.code === "BAD_REQUEST") return error.message;
    throw error;
  }
}

describe("the guard lets pass", () => {
  it.each([
    "https://example.com/",
    "http://EXAMPLE.com.:8080/path?q=1#f",
    "https://bücher.example/",
    "http://four.example",
    "https://alias-fine.example",
    "http://8.8.8.8/",
    "http://134744072/",
    "http://[2606:4700:4700::1111]/",
    "http://[::ffff:8.8.8.8]/",
    "http://[64:ff9b::808:808]/",
    "http://[2002:808:808::1]/",
  ])("%s", async (url) => {
    await expect(guarded().guard.assertAllowed(url)).resolves.toBeUndefined();
  });
});

describe("the guard refuses", () => {
  it.each([
    ["http://127.0.0.1/", "loopback"],
    ["http://127.1/", "loopback"],
    ["http://2130706433/", "loopback"],
    ["http://0x7f.0.0.1/", "loopback"],
    ["http://0177.0.0.1/", "loopback"],
    ["http://0x7f000001/", "loopback"],
    ["http://017700000001/", "loopback"],
    ["http://127.0.0.1./", "loopback"],
    ["http://%31%32%37.0.0.1/", "loopback"],
    ["http://１２７.0.0.1/", "loopback"],
    ["http://127。0。0。1/", "loopback"],
    ["http://0/", "unspecified"],
    ["http://10.0.0.1/", "private"],
    ["http://172.31.255.255/", "private"],
    ["http://192.168.1.1/", "private"],
    ["http://100.100.100.200/", "private"],
    ["http://169.254.169.254/latest/meta-data/", "link-local"],
    ["http://168.63.129.16/", "metadata"],
    ["http://192.0.0.192/", "reserved"],
    ["http://198.18.0.1/", "reserved"],
    ["http://224.0.0.1/", "multicast"],
    ["http://255.255.255.255/", "broadcast"],
    ["http://[::1]/", "loopback"],
    ["http://[::]/", "unspecified"],
    ["http://[::127.0.0.1]/", "reserved"],
    ["http://[0:0:0:0:0:ffff:7f00:1]/", "loopback"],
    ["http://[::ffff:169.254.169.254]/", "link-local"],
    ["http://[::ffff:0:10.0.0.1]/", "private"],
    ["http://[64:ff9b::a00:1]/", "private"],
    ["http://[64:ff9b:1::808:808]/", "translated"],
    ["http://[2002:7f00:1::]/", "loopback"],
    ["http://[2001:0:808:808::80ff:fffe]/", "loopback"],
    ["http://[fe80::1]/", "link-local"],
    ["http://[fd00:ec2::254]/", "private"],
    ["http://[fec0::1]/", "private"],
    ["http://[ff02::1]/", "multicast"],
    ["http://[2001:db8::1]/", "reserved"],
    ["http://[4000::1]/", "reserved"],
  ])("%s, as a %s address", async (url, range) => {
    expect(await refusalOf(url)).toContain(`is a ${range} address`);
  });

  it.each([
    "http://localhost/",
    "http://LOCALHOST:8787/",
    "http://localhost./",
    "http://app.localhost/",
    "http://printer.local/",
    "http://metadata.google.internal/",
    "http://instance-data/",
    "http://metadata./",
    "http://router.lan/",
    "http://nas.home.arpa/",
    "http://db.corp/",
  ])("%s, which is no public name", async (url) => {
    expect(await refusalOf(url)).toMatch(/not a public host name/);
  });

  it.each([
    "https://outrider.acme.workers.dev/",
    "https://OUTRIDER.acme.workers.dev./health",
    "https://a1b2c3-outrider.acme.workers.dev/",
    "https://x.outrider.acme.workers.dev/",
    "https://agents.acme.example/",
    "http://agents.acme.example:8080/",
    "http://198.41.0.4/",
  ])("%s, which is our own", async (url) => {
    expect(await refusalOf(url)).toMatch(/own host/);
  });

  it.each([
    ["http://inside.example/", /resolves to a private address/],
    ["http://inside6.example/", /resolves to a private address/],
    ["http://both.example/", /resolves to a loopback address/],
    ["http://mapped.example/", /resolves to a link-local address/],
    ["http://alias.example/", /alias of a host that is not/],
    ["http://alias-inside.example/", /alias of a host that is not/],
  ])("%s, which leads inside", async (url, message) => {
    expect(await refusalOf(url)).toMatch(message);
  });

  it.each([
    ["", /not a valid URL/],
    ["example.com", /not a valid URL/],
    ["http://", /not a valid URL/],
    ["http://[fe80::1%25eth0]/", /not a valid URL/],
    ["http://256.1.1.1/", /not a valid URL/],
    ["http://a..example.com/", /no valid host name/],
    [`http://${"a.".repeat(130)}com/`, /no valid host name/],
    [`http://example.com/${"a".repeat(9000)}`, /longer than/],
    ["ftp://example.com/", /must begin with http/],
    ["file:///etc/passwd", /must begin with http/],
    ["javascript:alert(1)", /must begin with http/],
    ["data:text/html,hi", /must begin with http/],
    ["chrome://settings", /must begin with http/],
    ["http://user:pass@example.com/", /user name or password/],
    ["http://example.com@127.0.0.1/", /user name or password/],
  ])("%s", async (url, message) => {
    expect(await refusalOf(url)).toMatch(message);
  });

  it.each(["http://nowhere.example/", "http://empty.example/", "http://lame.example/"])(
    "%s, which cannot be resolved",
    async (url) => {
      expect(await refusalOf(url)).toMatch(/^net::ERR_NAME_NOT_RESOLVED at /);
    },
  );

  it.each(["http://down.example/", "http://refused.example/", "http://odd.example/"])(
    "%s for now, when the resolver itself fails",
    async (url) => {
      await expect(guarded().guard.assertAllowed(url)).rejects.toMatchObject({
        code: "UNAVAILABLE",
      });
    },
  );
});

describe("the guard for local development", () => {
  it("lets private addresses pass without asking anyone, but checks scheme and syntax", async () => {
    const { guard, asked } = guarded(true);
    await guard.assertAllowed("http://localhost:8080/");
    await guard.assertAllowed("http://[::1]/");
    await guard.assertAllowed("http://inside.example/");
    expect(asked).toEqual([]);
    await expect(guard.assertAllowed("file:///etc/passwd")).rejects.toThrow("http://");
    await expect(guard.assertAllowed("nonsense")).rejects.toThrow("not a valid URL");
  });
});

describe("what was resolved", () => {
  it("is kept for as long as the answer says, at most a minute", async () => {
    const { guard, asked, clock } = guarded();
    const ask = async (name: string) => {
      asked.length = 0;
      await guard.assertAllowed(`http://${name}/`);
      return asked.length;
    };
    expect(await ask("brief.example")).toBe(2);
    expect(await ask("long.example")).toBe(2);
    clock.now += 9_999;
    expect(await ask("brief.example")).toBe(0);
    clock.now += 1;
    expect(await ask("brief.example")).toBe(2);
    expect(await ask("long.example")).toBe(0);
    clock.now += 50_000;
    expect(await ask("long.example")).toBe(2);
  });
});
