import { describe, expect, it } from "vitest";
import {
  type FollowTimes,
  type Glimpse,
  type RunWriter,
  streamRun,
} from "../../../src/dialects/phantombuster/follow.ts";
import {
  eventWriter,
  rawWriter,
  resultWriter,
} from "../../../src/dialects/phantombuster/writers.ts";

/** `output=` of a launch (wire/notes.md), beside a run that is made of glimpses. */

const queued: Glimpse = { status: "queued", text: "", result: null, end: null };
const running: Glimpse = { ...queued, status: "running" };
const ended: Glimpse = {
  ...queued,
  status: "ended",
  end: { message: "Agent finished (success)", succeeded: true, exitCode: 0, seconds: 17 },
};
const say = (text: string): Glimpse => ({ ...running, text });

/** A glimpse, how many milliseconds it takes to come. */
type Timed = [glimpse: Glimpse, after: number];

const TIMES = { beatMs: 10_000, limitMs: 1_800_000, gapMs: 0 };

/** Follows a run under a clock of its own; what comes later than asked for comes at another look. */
function followed(run: Timed[], writer: RunWriter, times: Partial<FollowTimes> = {}) {
  let clock = 0;
  let last = queued;
  const coming = run.map(([glimpse, after]) => ({ glimpse, after }));
  const look = (withinMs: number): Promise<Glimpse> => {
    const [first] = coming;
    if (!first) return Promise.reject(new Error("Looked at after its end"));
    if (first.after > withinMs) {
      first.after -= withinMs;
      clock += withinMs;
      return Promise.resolve({ ...last, text: "" });
    }
    clock += first.after;
    coming.shift();
    last = first.glimpse;
    return Promise.resolve(last);
  };
  return streamRun(look, writer, { ...TIMES, now: () => clock, ...times });
}

describe("result-object", () => {
  it("is a space every ten seconds, then JSON", async () => {
    const result = { ...ended, result: '{"rows":[1,2]}' };
    const response = followed(
      [
        [running, 25_000],
        [result, 8000],
      ],
      resultWriter(7),
    );
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    const text = await response.text();
    expect(/^ */.exec(text)?.[0]).toHaveLength(3);
    expect(JSON.parse(text)).toEqual({
      status: "success",
      message: "Agent finished (success)",
      data: { containerId: 7, executionTime: 17, exitCode: 0, resultObject: { rows: [1, 2] } },
    });
  });

  it("tells of a run that failed in its JSON, behind the same 200", async () => {
    const end = { message: "Agent finished (error)", succeeded: false, exitCode: 1, seconds: 2 };
    const response = followed([[{ ...ended, end }, 2000]], resultWriter(7));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "error",
      message: "Agent finished (error)",
      data: { containerId: 7, executionTime: 2, exitCode: 1 },
    });
  });

  it("with output has the console too", async () => {
    const output = () => Promise.resolve("whole\n");
    const response = followed([[ended, 0]], resultWriter(7, { output }));
    expect(await response.json()).toMatchObject({ data: { output: "whole\n", exitCode: 0 } });
  });

  it("as first-result-object ends with the first, while the run goes on", async () => {
    const first = { ...running, result: "[1]" };
    const run: Timed[] = [
      [running, 10],
      [first, 10],
    ];
    const response = followed(run, resultWriter(7, { first: true }));
    expect(await response.json()).toEqual({
      status: "success",
      data: { containerId: 7, resultObject: [1] },
    });
  });

  it("says so when the run takes longer than it is followed", async () => {
    const response = followed([[ended, 9_000_000]], resultWriter(7));
    expect(await response.json()).toEqual({
      status: "error",
      message: "The run goes on; it is followed for 30 minutes at most",
      data: { containerId: 7 },
    });
  });
});

describe("event-stream", () => {
  it("is a message a line, with comments on how it stands", async () => {
    const run: Timed[] = [
      [queued, 15_000],
      [say("One\nTw"), 1000],
      [say("o\r\nand"), 500],
      [say(""), 5000],
      [say(" three\n"), 1000],
      [say("end"), 0],
      [ended, 0],
    ];
    const response = followed(run, eventWriter(7));
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(await response.text()).toBe(
      [
        ": container 7 in queue",
        ": container 7 in queue",
        "data: One\ndata: ",
        "data: Two\ndata: ",
        "data: and",
        ": container 7 still running",
        "data:  three\ndata: ",
        "data: end",
        ": container 7 ended",
        "",
      ].join("\n\n"),
    );
  });

  it("put together by a client is the console", async () => {
    const console = "a\n\n  b: c\ndata: x\n\n\n日本語 😀\r\nlast";
    const pieces = console.match(/[\s\S]{1,3}/gu) ?? [];
    const run = [...pieces.map((text): Timed => [say(text), 4000]), [ended, 0] as Timed];
    const text = await followed(run, eventWriter(7)).text();
    const messages = text
      .split("\n\n")
      .filter((block) => block.startsWith("data:"))
      .map((block) => block.replaceAll(/^data: ?/gm, ""));
    expect(messages.join("")).toBe(console.replace("\r\n", "\n"));
  });
});

describe("raw", () => {
  it("is the console and nothing else", async () => {
    const run: Timed[] = [
      [running, 60_000],
      [say("One\nTw"), 1000],
      [say("o"), 1000],
      [ended, 0],
    ];
    const response = followed(run, rawWriter());
    expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(await response.text()).toBe("One\nTwo");
  });
});

describe("a run that never stops talking", () => {
  it("is looked at now and then, with all that it said in between", async () => {
    let looks = 0;
    const look = async (): Promise<Glimpse> => {
      looks += 1;
      return looks < 4 ? say(`${looks}\n`) : ended;
    };
    const started = Date.now();
    const times = { ...TIMES, gapMs: 40, now: () => Date.now() };
    expect(await streamRun(look, rawWriter(), times).text()).toBe("1\n2\n3\n");
    expect(Date.now() - started).toBeGreaterThanOrEqual(110);
  });
});

describe("a client that leaves", () => {
  it("ends the looking", async () => {
    let looks = 0;
    let clock = 0;
    const look = async (withinMs: number) => {
      looks += 1;
      clock += withinMs;
      return say("x");
    };
    const response = streamRun(look, rawWriter(), { ...TIMES, now: () => clock });
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.read();
    await reader?.cancel();
    const seen = looks;
    await scheduler.wait(20);
    expect(seen).toBeLessThanOrEqual(3);
    expect(looks).toBe(seen);
  });
});

describe("a fault of ours in mid-run", () => {
  it("is told as the end of the answer", async () => {
    const look = () => Promise.reject(new Error("gone"));
    const response = streamRun(look, resultWriter(7), { ...TIMES, now: () => 0 });
    expect(await response.json()).toEqual({
      status: "error",
      message: "Something went wrong on our side; the run goes on",
      data: { containerId: 7 },
    });
  });
});
