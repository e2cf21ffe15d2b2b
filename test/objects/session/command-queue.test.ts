import { describe, expect, it } from "vitest";
import { CommandQueue } from "../../../src/objects/session/command-queue.ts";

function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe("CommandQueue", () => {
  it("runs one at a time in the order of arrival", async () => {
    const queue = new CommandQueue();
    const told: string[] = [];
    const first = gate();
    const a = queue.run(async () => {
      told.push("a begins");
      await first.opened;
      told.push("a ends");
    });
    const b = queue.run(async () => {
      told.push("b");
    });
    await Promise.resolve();
    expect(queue.busy).toBe(true);
    first.open();
    await Promise.all([a, b]);
    expect(told).toEqual(["a begins", "a ends", "b"]);
  });

  it("answers before the aftermath, and begins the next only after it", async () => {
    const queue = new CommandQueue();
    const aftermath = gate();
    const told: string[] = [];
    await queue.run(
      async () => "answer",
      async () => {
        await aftermath.opened;
        told.push("aftermath");
      },
    );
    const next = queue.run(async () => {
      told.push("next");
    });
    told.push("answered");
    aftermath.open();
    await next;
    expect(told).toEqual(["answered", "aftermath", "next"]);
  });

  it("goes on after a failure", async () => {
    const queue = new CommandQueue();
    await expect(queue.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await expect(queue.run(async () => "yes")).resolves.toBe("yes");
  });

  it("refuses the hundred-and-first that would wait", () => {
    const queue = new CommandQueue();
    for (let waiting = 0; waiting < 100; waiting += 1) void queue.run(() => new Promise(() => {}));
    expect(() => queue.run(async () => {})).toThrow("Too many commands");
  });
});
