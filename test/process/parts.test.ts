import { describe, expect, test } from "vitest";
import { nextMinute } from "../../scripts/cron-clock.ts";
import { missingLines, readVars } from "../../scripts/dev-vars.ts";
import { readPort } from "../../scripts/port.ts";
import { belonging, type ProcessEntry } from "../../scripts/processes.ts";
import { startupWork } from "../../scripts/startup-work.ts";
import { filterOutput } from "../../scripts/worker-output.ts";

describe(".dev.vars", () => {
  test("a new one has every name, with secrets that differ each time", () => {
    const [first, second] = [readVars(missingLines("")), readVars(missingLines(""))];
    expect(first).toMatchObject({
      SIGNUP: "open",
      ALLOW_PRIVATE_TARGETS: "1",
      DEMO_EMAIL: "demo@outrider.local",
    });
    expect(first["DEMO_API_KEY"]).toMatch(/^ork_[0-9A-Za-z]{40}$/);
    for (const name of ["ADMIN_KEY", "SEAL_SECRET"]) {
      expect(first[name]?.length).toBeGreaterThanOrEqual(43);
      expect(first[name]).not.toBe(second[name]);
    }
  });

  test("only what is missing is appended, and an emptied value counts as there", () => {
    const present = "DEMO_EMAIL=me@example.org\nDEMO_API_KEY=\nSIGNUP=closed";
    const all = present + missingLines(present);
    expect(readVars(all)).toMatchObject({
      DEMO_EMAIL: "me@example.org",
      DEMO_API_KEY: "",
      SIGNUP: "closed",
      MAX_SESSIONS: "50",
    });
    expect(all.startsWith(`${present}\n`)).toBe(true);
    expect(missingLines(all)).toBe("");
  });
});

describe("PORT", () => {
  test("defaults to 8787, takes a port, refuses the rest", () => {
    expect([readPort(undefined), readPort(""), readPort("3000")]).toEqual([8787, 8787, 3000]);
    for (const text of ["0", "65536", "-1", "80.5", "http", "0x50"])
      expect(() => readPort(text)).toThrow(text);
  });
});

test("the clock's next minute is always ahead", () => {
  expect(nextMinute(0)).toBe(60_000);
  expect(nextMinute(59_999)).toBe(60_000);
  expect(nextMinute(60_000)).toBe(120_000);
});

const entry = (pid: number, group: number, more: Partial<ProcessEntry> = {}): ProcessEntry => ({
  pid,
  group,
  zombie: false,
  command: "",
  environment: [""],
  ...more,
});

describe("the processes of a run", () => {
  const mark = { folder: "/tmp/outrider-run-a", group: 20 };

  test("are those with its mark, and the groups that such a one leads", () => {
    const entries = [
      entry(10, 10, { command: "node start.ts" }),
      entry(20, 20, { environment: ["OUTRIDER_RUN=/tmp/outrider-run-a"] }),
      entry(21, 20, { command: "workerd" }),
      entry(30, 30, {
        command: "chromium --user-data-dir=/tmp/outrider-run-a/miniflare-1/profile-1",
      }),
      entry(31, 30, { command: "chromium --type=renderer" }),
      entry(40, 40, { command: "chromium --user-data-dir=/tmp/outrider-run-ab/profile-1" }),
    ];
    expect(belonging(entries, mark, 1)).toEqual([20, 21, 30, 31]);
  });

  test("are neither the asker, nor zombies, nor others in a stranger's group", () => {
    const entries = [
      entry(10, 10, { command: "bash" }),
      entry(11, 10, { environment: ["OUTRIDER_RUN=/tmp/outrider-run-a"] }),
      entry(12, 12, { environment: ["OUTRIDER_RUN=/tmp/outrider-run-a"] }),
      entry(13, 13, { environment: ["OUTRIDER_RUN=/tmp/outrider-run-a"], zombie: true }),
    ];
    expect(belonging(entries, mark, 12)).toEqual([11]);
  });

  test("without environments, wrangler's group counts by what runs in it", () => {
    const entries = [
      entry(21, 20, { command: "/x/workerd serve", environment: [] }),
      entry(22, 20, { command: "vim", environment: [] }),
      entry(23, 23, { command: "/x/workerd serve", environment: [] }),
    ];
    expect(belonging(entries, mark, 1)).toEqual([21]);
  });
});

describe("wrangler's output", () => {
  test("is held back while it starts, then passed on without request lines", () => {
    const shown: string[] = [];
    const filter = filterOutput((line) => shown.push(line));
    filter.write("Using secrets\nBinding  Reso");
    filter.write("urce\n");
    filter.release("drop");
    filter.write("[wrangler:info] GET /sessions?api_key=ork_secret 200 OK (3ms)\nhello\nwor");
    filter.write("ld\n");
    expect(shown).toEqual(["hello", "world"]);
  });

  test("is shown whole when there is trouble in it", () => {
    const shown: string[] = [];
    const filter = filterOutput((line) => shown.push(line));
    filter.write("Building\n✘ [ERROR] Build failed\nmore\n");
    expect(shown).toEqual(["Building", "✘ [ERROR] Build failed", "more"]);
  });
});

const node = (id: number, functionName: string) => ({ id, callFrame: { functionName } });

test("start-up is a profile's time without its idle samples", () => {
  const profile = {
    nodes: [node(1, "(idle)"), node(2, "load")],
    samples: [1, 2, 2, 1],
    timeDeltas: [900, 1000, 2500, 100],
  };
  expect(startupWork(JSON.stringify(profile))).toBe(3.5);
});
