import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Numbered } from "../../../src/domain/event.ts";
import type { AgentEvent, LaunchEnd } from "../../../src/domain/ports.ts";
import { gapNote, KEPT_HEAD, KEPT_TAIL } from "../../../src/objects/agent/console-store.ts";
import { AgentOutput } from "../../../src/objects/agent/output.ts";

interface Stage {
  output: AgentOutput;
  told: Numbered<AgentEvent>[];
  /** As an object finds it that lost its memory. */
  reopened: () => AgentOutput;
}

function withOutput<T>(work: (stage: Stage) => T | Promise<T>): Promise<T> {
  const stub = env.AGENT.get(env.AGENT.newUniqueId());
  return runInDurableObject(stub, (_object, { storage: { sql } }) => {
    const told: Numbered<AgentEvent>[] = [];
    const open = () => new AgentOutput(sql, (event) => told.push(event));
    return work({ output: open(), told, reopened: open });
  });
}

const bytes = (text: string) => new TextEncoder().encode(text).byteLength;
const identity = (launchId: number) => ({ accountId: "a", launchId, launchNumber: launchId });
const begun = (launchId: number) => ({ ...identity(launchId), context: ["x"], at: 1_000_000 });
const success: LaunchEnd = { status: "success", message: "Done", exitCode: 0, at: 2_000_000 };

/** Numbers that look random, and are the same each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

describe("the output of an agent", () => {
  it.each([1, 2, 3])(
    "gives any sequence of polls each byte once, in any writing (seed %i)",
    async (seed) => {
      const roll = dice(seed);
      const words = ["a", "é", "漢", "🎉", "\n", "plain words ", "\u{FEFF}", "x".repeat(20_000)];
      await withOutput(({ output, reopened }) => {
        output.begin(begun(1));
        let current = output;
        let written = "";
        let read = "";
        let at = 0;
        for (let turn = 0; turn < 60; turn += 1) {
          let text = "";
          for (let word = roll(6); word > 0; word -= 1) text += words[roll(words.length)] ?? "";
          // Now and then it comes twice, or from further back.
          const again = roll(3) === 0 ? written.slice(-roll(3)) : "";
          const whole = /^[\uDC00-\uDFFF]/.test(again) ? "" : again;
          const from = bytes(written) - bytes(whole);
          current.tell({ launchId: 1, console: { from, text: whole + text } });
          written += text;
          if (roll(10) === 0) current = reopened();
          if (roll(2) === 0) {
            const { console } = current.read({
              launch: { id: 1 },
              fromByte: at,
              messages: null,
            });
            expect(console.from).toBe(at);
            read += console.text;
            at = console.to;
            expect(at).toBe(bytes(read));
          }
          // The test is about what is kept.
          if (bytes(written) > 900_000) break;
        }
        const { console } = current.read({ launch: { id: 1 }, fromByte: at, messages: null });
        expect(read + console.text === written).toBe(true);
        expect(console.to).toBe(bytes(written));
      });
    },
  );

  it("never splits a character, wherever it is asked from", async () => {
    await withOutput(({ output }) => {
      output.begin(begun(1));
      output.tell({ launchId: 1, console: { from: 0, text: "aé漢🎉b" } });
      const read = (fromByte: number) =>
        output.read({ launch: { id: 1 }, fromByte, messages: null }).console;
      expect(read(1)).toEqual({ from: 1, to: 11, text: "é漢🎉b" });
      for (const inside of [2]) expect(read(inside)).toEqual({ from: 1, to: 11, text: "é漢🎉b" });
      for (const inside of [4, 5]) expect(read(inside)).toMatchObject({ from: 3, text: "漢🎉b" });
      for (const inside of [7, 8, 9]) expect(read(inside)).toMatchObject({ from: 6, text: "🎉b" });
      expect(read(11)).toEqual({ from: 11, to: 11, text: "" });
      expect(read(500)).toEqual({ from: 11, to: 11, text: "" });
    });
  });

  it("keeps a megabyte of a flood, says what is gone, and goes on after it", async () => {
    await withOutput(({ output }) => {
      output.begin(begun(1));
      const line = (n: number) => `${String(n).padStart(9, "0")}\n`;
      const lines = 400_000;
      let from = 0;
      let live = "";
      let at = 0;
      for (let n = 0; n < lines; n += 4000) {
        const text = Array.from({ length: 4000 }, (_, index) => line(n + index)).join("");
        output.tell({ launchId: 1, console: { from, text } });
        from += text.length;
        // One who reads along sees all of it.
        const { console } = output.read({ launch: { id: 1 }, fromByte: at, messages: null });
        live += console.text;
        at = console.to;
      }
      expect(at).toBe(lines * 10);
      expect(live.length).toBe(lines * 10);
      expect(live.includes("dropped")).toBe(false);
      const read = (fromByte: number) =>
        output.read({ launch: { id: 1 }, fromByte, messages: null }).console;
      const whole = read(0);
      const note = /\n\* (\d+) bytes of output were dropped here\n/.exec(whole.text);
      const dropped = Number(note?.[1]);
      expect(whole.text.length).toBe(lines * 10 - dropped + (note?.[0].length ?? 0));
      expect(whole.text.length).toBeLessThan(KEPT_HEAD + KEPT_TAIL + 50_000);
      expect(whole.text.startsWith(line(0))).toBe(true);
      expect(whole.text.endsWith(line(lines - 1))).toBe(true);
      const headEnd = note?.index ?? 0;
      const tailStart = headEnd + dropped;
      expect(gapNote({ from: headEnd, to: tailStart })).toBe(note?.[0]);
      // At the edge it is said; a cursor inside resumes after the note.
      expect(read(headEnd).text.startsWith(note?.[0] ?? "?")).toBe(true);
      for (const inside of [headEnd + 1, tailStart - 1, tailStart]) {
        expect(read(inside)).toMatchObject({ from: tailStart, to: lines * 10 });
        expect(read(inside).text.includes("dropped")).toBe(false);
      }
      expect(read(lines * 10 - 10).text).toBe(line(lines - 1));
    });
  });

  it("takes a console that comes with a hole in its middle", async () => {
    await withOutput(({ output }) => {
      output.begin(begun(1));
      output.tell({ launchId: 1, console: { from: 0, text: "head" } });
      output.tell({ launchId: 1, console: { from: KEPT_HEAD + 1000, text: "tail" } });
      const { console } = output.read({ launch: { id: 1 }, fromByte: 0, messages: null });
      expect(console.text).toBe(`head${gapNote({ from: 4, to: KEPT_HEAD + 1000 })}tail`);
      expect(console.to).toBe(KEPT_HEAD + 1004);
    });
  });

  it("numbers its messages, and ends a launch once", async () => {
    await withOutput(({ output, reopened }) => {
      output.begin(begun(1));
      output.begin(begun(1));
      expect(output.end(identity(1), success)).toEqual(success);
      const lost: LaunchEnd = { status: "error", message: "Lost", exitCode: null, at: 3_000_000 };
      expect(reopened().end(identity(1), lost)).toEqual(success);
      // One that never began has its message too.
      output.end(identity(2), lost);
      // What comes late is passed over.
      output.tell({ launchId: 1, console: { from: 0, text: "late" } });
      const { messages, console, launch } = output.read({
        launch: "newest",
        fromByte: 0,
        messages: { last: 10 },
      });
      expect(messages.map(({ id, type, text, date }) => [id, type, text, date])).toEqual([
        [1, "normal", "Agent started", 1000],
        [2, "normal", "Done", 2000],
        [3, "error", "Lost", 3000],
      ]);
      expect(console.text).toBe("");
      expect(launch).toMatchObject({ launchId: 1, end: success });
      const from = (id: number) =>
        output.read({ launch: "newest", fromByte: 0, messages: { from: id } }).messages;
      expect(from(2).map(({ id }) => id)).toEqual([2, 3]);
      expect(from(4)).toEqual([]);
    });
  });

  it("keeps the last result that was set, in whatever order they arrive", async () => {
    await withOutput(({ output }) => {
      output.begin(begun(1));
      output.tell({ launchId: 1, result: { json: "2", results: 2 } });
      output.tell({ launchId: 1, result: { json: "1", results: 1 } });
      output.tell({ launchId: 1, progress: { ratio: 0.5, label: "half" } });
      expect(output.read({ launch: { id: 1 }, fromByte: 0, messages: null }).launch).toMatchObject({
        resultObject: "2",
        results: 2,
        progress: { ratio: 0.5, label: "half" },
      });
    });
  });

  it("wakes those who wait as soon as there is more", async () => {
    await withOutput(async ({ output }) => {
      const known = { launchId: 1, begun: false, fromByte: 0, results: 0 };
      const start = Date.now();
      const begins = output.wait(known, 5000);
      output.begin(begun(1));
      expect((await begins).launch).toMatchObject({ begun: true });
      const prints = output.wait({ ...known, begun: true }, 5000);
      output.tell({ launchId: 1, console: { from: 0, text: "more" } });
      expect((await prints).console.text).toBe("more");
      const ends = output.wait({ ...known, begun: true, fromByte: 4 }, 5000);
      output.end(identity(1), success);
      expect((await ends).launch?.end).toEqual(success);
      expect(Date.now() - start).toBeLessThan(1000);
      const quiet = await output.wait({ ...known, launchId: 9 }, 30);
      expect(quiet.launch).toBeNull();
    });
  });

  it("replays what a watcher asks for, cut at its byte, and forgets what is over", async () => {
    await withOutput(({ output, told, reopened }) => {
      output.begin(begun(1));
      output.tell({ launchId: 1, console: { from: 0, text: "first " } });
      output.tell({ launchId: 1, console: { from: 6, text: "sécond" } });
      output.end(identity(1), success);
      const all = output.after(output.seqAt(0)).events;
      const untimed = (events: object[]) => events.map((event) => ({ ...event, at: 0 }));
      expect(untimed(all)).toEqual(untimed(told));
      expect(all.map(({ seq }) => seq)).toEqual(
        all.map(({ seq }) => seq).toSorted((a, b) => a - b),
      );
      // Inside of the é.
      const [cut, end] = reopened().after(output.seqAt(8)).events;
      expect(cut).toMatchObject({ type: "console", from: 7, to: 13, text: "écond" });
      expect(end).toMatchObject({ type: "message", message: { text: "Done" } });
      expect(output.after(output.latest).events).toEqual([]);
      output.forget([1]);
      expect(output.read({ launch: "newest", fromByte: 0, messages: { last: 9 } })).toEqual({
        launch: null,
        console: { from: 0, to: 0, text: "" },
        messages: [],
      });
    });
  });
});
