import { describe, expect, it } from "vitest";
import { Interpreter, type InterpreterOptions } from "../../src/sandbox/engine/interpreter.ts";

const MB = 1024 * 1024;

interface World {
  guest: Interpreter;
  /** What the guest said, in order. */
  said: unknown[];
}

/** A guest that can `__host("say", json)`, and wait for `__host("later", json)`. */
async function interpreter(options: Partial<InterpreterOptions> = {}): Promise<World> {
  const said: unknown[] = [];
  const guest = await Interpreter.create({
    answer: (operation, argument) => {
      if (operation === "say") said.push(JSON.parse(argument));
      return operation === "later" ? scheduler.wait(1).then(() => argument) : argument;
    },
    interrupts: 1000,
    memory: 32 * MB,
    rest: async () => {
      await scheduler.wait(0);
      return false;
    },
    ...options,
  });
  await guest.evaluate(
    `function say(value) { __host("say", JSON.stringify(value)); }
     function later(value) { return JSON.parse(__host("later", JSON.stringify(value))); }`,
    "helpers.js",
  );
  return { guest, said };
}

describe.each(["jspi", "asyncify"] as const)("the interpreter (%s)", (build) => {
  it("stands still in the middle of a callback while the host waits", async () => {
    const { guest, said } = await interpreter({ build });
    const script = "say([1, 2, 3].map(function (n) { return later({ n: n }).n * 2; }))";
    expect(await guest.evaluate(script, "script.js")).toBeNull();
    expect(said).toEqual([[2, 4, 6]]);
  });

  it("gives text of any script, and of any length, both ways", async () => {
    const { guest, said } = await interpreter({ build });
    const text = `é€😀\u0000\u2028${"x".repeat(200_000)}`;
    await guest.evaluate(`say(later(${JSON.stringify(text)}))`, "script.js");
    expect(said).toEqual([text]);
  });

  it("tells what nobody caught, with the script's own lines", async () => {
    const { guest } = await interpreter({ build });
    const script = "function open() {\n  throw new TypeError('no page');\n}\nopen();";
    expect(await guest.evaluate(script, "script.js")).toMatchObject({
      name: "TypeError",
      message: "no page",
      stack: expect.stringMatching(/open \(script\.js:2/),
    });
  });

  it("runs what promises set free, and what these wait for", async () => {
    const { guest, said } = await interpreter({ build });
    await guest.evaluate("Promise.resolve(7).then(function (n) { say(later(n)); })", "script.js");
    expect(await guest.settlePromises()).toBeNull();
    expect(said).toEqual([7]);
  });

  it("ends a script that only computes, whatever it catches", async () => {
    const { guest } = await interpreter({ build, interrupts: 20 });
    const script = "for (;;) { try { for (;;); } catch (e) {} }";
    expect(await guest.evaluate(script, "script.js")).toMatchObject({ name: "InternalError" });
    expect(guest.exhausted).toBe(true);
  });

  it("has no more memory than it was given", async () => {
    const { guest, said } = await interpreter({ build, memory: 4 * MB });
    const script = "var all = []; for (;;) all.push({ number: all.length });";
    expect(await guest.evaluate(script, "script.js")).toMatchObject({ message: "out of memory" });
    await guest.evaluate("all = null; say('still here')", "script.js");
    expect(said).toEqual(["still here"]);
  });

  it("survives recursion without end", async () => {
    const { guest, said } = await interpreter({ build });
    const script = "(function again() { again(); })()";
    expect(await guest.evaluate(script, "script.js")).toMatchObject({ message: "stack overflow" });
    await guest.evaluate("say(1 + 1)", "script.js");
    expect(said).toEqual([2]);
  });

  it("suspends deep inside of other calls", async () => {
    const { guest, said } = await interpreter({ build });
    const depth = build === "jspi" ? 300 : 100;
    const script = `(function down(n) {
      [0].forEach(function () { if (n > 0) down(n - 1); else say(later("bottom")); });
    })(${depth})`;
    expect(await guest.evaluate(script, "script.js")).toBeNull();
    expect(said).toEqual(["bottom"]);
  });
});

it("loads a file under its own name, and what that throws", async () => {
  const { guest, said } = await interpreter();
  const file = { file: "lib.js", source: "later(1);\nmissing();" };
  const script = `try { __host("evaluate", ${JSON.stringify(JSON.stringify(file))}); } catch (e) { say([e.name, e.stack]); }`;
  await guest.evaluate(script, "script.js");
  expect(said).toEqual([["ReferenceError", expect.stringContaining("lib.js:2")]]);
});

it("lets others run while a script only computes, and can be ended then", async () => {
  let rests = 0;
  const { guest } = await interpreter({
    interrupts: 100_000,
    rest: async () => {
      await scheduler.wait(0);
      rests += 1;
      return rests === 5;
    },
  });
  expect(await guest.evaluate("for (;;);", "script.js")).toMatchObject({ message: "interrupted" });
  expect([rests, guest.exhausted]).toEqual([5, false]);
});

it("gives way where the machine below it does", async () => {
  const { guest } = await interpreter();
  const script = "JSON.parse(new Array(100000).join('['))";
  expect(await guest.evaluate(script, "script.js")).toMatchObject({ message: "stack overflow" });
  expect(guest.broken).toBe(true);
});
