import { describe, expect, it } from "vitest";
import {
  type Evidence,
  initialState,
  type MachineRules,
  type MachineState,
  regionsToAsk,
  rulesFor,
  shownState,
  step,
  type Transition,
} from "../../../src/domain/monitor/machine.ts";

const TWO_REGIONS = ["enam", "weur"];
const THREE_REGIONS = [...TWO_REGIONS, "apac"];
const HIGH = rulesFor("http", 10, 2);
const MEDIUM = rulesFor("http", 5, 2);
const NOBODY: ReadonlySet<string> = new Set();

let lastId = 0;

/** `-enam` failed, `+enam` passed, one second apart. */
function check(text: string, at = (lastId + 1) * 1000): Evidence {
  lastId += 1;
  const passed = text.startsWith("+");
  return { id: lastId, at, checker: text.slice(1), passed, reason: passed ? "" : "refused" };
}

function play(
  rules: MachineRules,
  checks: (string | Evidence)[],
  from: MachineState = initialState(),
): { state: MachineState; shown: string; transitions: Transition[]; checks: Evidence[] } {
  let state = from;
  const transitions: Transition[] = [];
  const played = checks.map((one) => (typeof one === "string" ? check(one) : one));
  for (const one of played) {
    const next = step(state, { type: "check", check: one, excused: false }, rules);
    state = next.state;
    if (next.transition) transitions.push(next.transition);
  }
  return { state, shown: shownState(state), transitions, checks: played };
}

/** A machine that is down. */
const down = () => play(HIGH, ["-enam", "-weur"]).state;

describe("the machine's table", () => {
  it.each([
    ["up", "+enam", "up"],
    ["up", "-enam", "suspect"],
    ["suspect", "+weur", "up"],
    ["suspect", "-weur", "down"],
    ["down", "-enam", "down"],
    ["down", "+enam", "recovering"],
    ["recovering", "-weur", "down"],
    ["recovering", "+weur", "up"],
  ])("%s and %s is %s", (from, event, to) => {
    const states: Record<string, MachineState> = {
      up: initialState(),
      suspect: play(HIGH, ["-enam"]).state,
      down: down(),
      recovering: play(HIGH, ["+enam"], down()).state,
    };
    expect(play(HIGH, [event], states[from]).shown).toBe(to);
  });
});

describe("how much is enough", () => {
  it.each([
    [HIGH, ["-enam", "-enam", "-enam"], "suspect", "one checker alone"],
    [HIGH, ["-enam", "-weur"], "down", "two checkers"],
    [MEDIUM, ["-enam", "-weur"], "suspect", "two checks"],
    [MEDIUM, ["-enam", "-enam", "-enam"], "suspect", "three checks by one checker"],
    [MEDIUM, ["-enam", "-weur", "-enam"], "down", "three checks by two checkers"],
    [rulesFor("http", 10, 1), ["-enam"], "suspect", "one check where there is one region"],
    [rulesFor("http", 10, 1), ["-enam", "-enam"], "down", "two checks by the one region"],
    [rulesFor("http", 5, 1), ["-enam", "-enam"], "suspect", "two of three by the one region"],
    [rulesFor("http", 5, 1), ["-enam", "-enam", "-enam"], "down", "three by the one region"],
    [rulesFor("push", 10, 2), ["-push"], "down", "one signal overdue"],
  ] satisfies [MachineRules, string[], string, string][])(
    "opens by the rule %#",
    (rules, checks, shown) => {
      expect(play(rules, checks).shown).toBe(shown);
    },
  );

  it.each([
    [HIGH, ["+enam", "+enam"], "recovering"],
    [HIGH, ["+enam", "+weur"], "up"],
    [rulesFor("http", 10, 1), ["+enam"], "recovering"],
    [rulesFor("http", 10, 1), ["+enam", "+enam"], "up"],
    [rulesFor("push", 10, 2), ["+push"], "up"],
  ] satisfies [MachineRules, string[], string][])(
    "closes by the rule %#",
    (rules, checks, shown) => {
      expect(play(rules, checks, down()).shown).toBe(shown);
    },
  );
});

describe("a downtime", () => {
  it("starts at the first failure that counted, and ends at the pass that closed it", () => {
    const { transitions, checks } = play(HIGH, [
      "-enam",
      "+weur",
      "-weur",
      "-enam",
      "+enam",
      "-weur",
      "+enam",
      "+weur",
    ]);
    const [, , first, , , , , last] = checks;
    expect(transitions).toEqual([
      { type: "opened", first },
      { type: "closed", first, at: last?.at, by: last },
    ]);
  });

  it("opens once, whatever comes twice or at once", () => {
    const checks = ["-enam", "-weur", "-enam", "-weur"].map((text) => check(text));
    const { transitions } = play(HIGH, [...checks, ...checks, ...checks.toReversed()]);
    expect(transitions.map(({ type }) => type)).toEqual(["opened"]);
  });

  it("comes of the same checks in whatever order they arrive", () => {
    const [first, second, third] = ["-enam", "-weur", "-enam"].map((text) => check(text));
    if (!first || !second || !third) throw new Error("three");
    for (const order of [
      [first, second, third],
      [third, second, first],
      [second, third, first],
    ]) {
      const { transitions } = play(MEDIUM, order);
      expect(transitions).toEqual([{ type: "opened", first }]);
    }
  });

  it("is not opened by what began before a pass", () => {
    const before = check("-enam", 1000);
    const pass = check("+weur", 2000);
    expect(play(HIGH, [pass, before, check("-weur", 3000)]).shown).toBe("suspect");
  });

  it("ends with a pause, by no check", () => {
    const state = down();
    const { state: after, transition } = step(state, { type: "paused", at: 9e9 }, HIGH);
    expect(transition).toEqual({ type: "closed", first: state.opened, at: 9e9, by: null });
    expect(shownState(after)).toBe("up");
    expect(step(after, { type: "paused", at: 9e9 }, HIGH).transition).toBe(null);
  });

  it("does not open in a maintenance window, and closes there", () => {
    const excused = (text: string) =>
      ({ type: "check", check: check(text), excused: true }) as const;
    const first = step(initialState(), excused("-enam"), HIGH);
    const second = step(first.state, excused("-weur"), HIGH);
    expect(shownState(second.state)).toBe("up");
    expect(second.transition).toBe(null);
    const recovering = step(down(), excused("+enam"), HIGH);
    expect(step(recovering.state, excused("+weur"), HIGH).transition?.type).toBe("closed");
  });
});

describe("who is asked next", () => {
  const suspect = () => play(HIGH, ["-enam"]).state;

  it("is nobody while nothing is under way", () => {
    expect(regionsToAsk(initialState(), HIGH, [], TWO_REGIONS, NOBODY)).toEqual([]);
    expect(regionsToAsk(down(), HIGH, [], TWO_REGIONS, NOBODY)).toEqual([]);
  });

  it("is the other region, once", () => {
    expect(regionsToAsk(suspect(), HIGH, [], TWO_REGIONS, NOBODY)).toEqual(["weur"]);
    expect(regionsToAsk(suspect(), HIGH, ["weur"], TWO_REGIONS, NOBODY)).toEqual([]);
  });

  it("is as many as the count lacks", () => {
    const { state } = play(MEDIUM, ["-enam"]);
    expect(regionsToAsk(state, MEDIUM, [], TWO_REGIONS, NOBODY)).toEqual(["weur", "enam"]);
    expect(regionsToAsk(state, MEDIUM, [], THREE_REGIONS, NOBODY)).toEqual(["weur", "apac"]);
  });

  it("is the same region again where there is one", () => {
    const rules = rulesFor("http", 5, 1);
    const { state } = play(rules, ["-enam"]);
    expect(regionsToAsk(state, rules, [], ["enam"], NOBODY)).toEqual(["enam", "enam"]);
  });

  it("is nobody that is set aside: what only they can tell is waited for", () => {
    const aside = new Set(["weur"]);
    expect(regionsToAsk(suspect(), HIGH, [], TWO_REGIONS, aside)).toEqual(["enam"]);
    const { state } = play(HIGH, ["-enam", "-enam"]);
    expect(regionsToAsk(state, HIGH, [], TWO_REGIONS, aside)).toEqual([]);
    expect(regionsToAsk(state, HIGH, [], THREE_REGIONS, aside)).toEqual(["apac"]);
  });
});
