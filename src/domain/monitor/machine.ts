import type { MonitorKind, Sensitivity } from "../../store/schema/monitor.ts";
import type { MonitorState } from "./monitor.ts";
import { regionsToConfirm } from "./turns.ts";

/**
 * Whether a monitor is up, as a pure function of its checks.
 *
 * | state      | a check failed                                 | a check passed                                  |
 * | ---------- | ---------------------------------------------- | ----------------------------------------------- |
 * | up         | → suspect: other regions are asked at once     | up                                              |
 * | suspect    | counts; enough → **down**, else ask the rest   | → up: what failed before is forgotten           |
 * | down       | down                                           | → recovering: other regions are asked at once   |
 * | recovering | → down: what passed before is forgotten        | counts; enough → **up**, else ask the rest      |
 *
 * | enough                | to open                            | to close                          |
 * | --------------------- | ---------------------------------- | --------------------------------- |
 * | sensitivity 10        | 2 failed, 2 checkers among them    | 2 passed, 2 checkers among them   |
 * | sensitivity 5         | 3 failed, 2 checkers among them    | 2 passed, 2 checkers among them   |
 * | one region configured | the same counts, by that region    | the same count, by that region    |
 * | push monitor          | one signal overdue                 | one signal                        |
 *
 * A downtime starts at the first of the failures that opened it and ends at the last of the
 * passes that closed it. Checks are judged by when they began: one that began before what is
 * settled already changes nothing, so results may come in any order, and twice. In a maintenance
 * window failures do not count, and passes do. Pausing forgets what is under way and ends an open
 * downtime, with no check.
 */
export interface MachineState {
  phase: "up" | "down";
  /** Checks up to and including this one are settled. */
  settled: Moment;
  /** In order: what failed while up, or passed while down, since then. */
  run: Evidence[];
  /** The check that the open downtime starts at. */
  opened: Evidence | null;
}

interface Moment {
  at: number;
  id: number;
}

/** What the machine needs to know of a check. */
export interface Evidence extends Moment {
  checker: string;
  passed: boolean;
  /** Of a failed check: what a person is told. */
  reason: string;
}

/** How many checks, and how many different checkers among them. */
interface Quorum {
  checks: number;
  checkers: number;
}

export interface MachineRules {
  open: Quorum;
  close: Quorum;
}

export type MachineEvent =
  /** `excused`: it began in a maintenance window. */
  { type: "check"; check: Evidence; excused: boolean } | { type: "paused"; at: number };

export type Transition =
  | { type: "opened"; first: Evidence }
  /** `by` is null when it was paused. */
  | { type: "closed"; first: Evidence; at: number; by: Evidence | null };

export interface Step {
  state: MachineState;
  transition: Transition | null;
}

const ONE: Quorum = { checks: 1, checkers: 1 };
/** Failed checks that open a downtime. */
const FAILURES: Record<Sensitivity, number> = { 10: 2, 5: 3 };
const PASSES = 2;

/** @param regions How many regions this deployment checks from. */
export function rulesFor(
  kind: MonitorKind,
  sensitivity: Sensitivity,
  regions: number,
): MachineRules {
  if (kind === "push") return { open: ONE, close: ONE };
  const checkers = Math.min(2, regions);
  return {
    open: { checks: FAILURES[sensitivity], checkers },
    close: { checks: PASSES, checkers },
  };
}

/** A monitor of which nothing bad is known, its checks up to `at` settled. */
export function initialState(at = 0): MachineState {
  return { phase: "up", settled: { at, id: 0 }, run: [], opened: null };
}

export function step(state: MachineState, event: MachineEvent, rules: MachineRules): Step {
  switch (event.type) {
    case "check":
      return onCheck(state, event.check, event.excused, rules);
    case "paused":
      return onPause(state, event.at);
    default:
      return event satisfies never;
  }
}

/** How it is to be shown while it is active and was checked at least once. */
export function shownState({
  phase,
  run,
}: MachineState): Exclude<MonitorState, "paused" | "pending"> {
  if (phase === "up") return run.length > 0 ? "suspect" : "up";
  return run.length > 0 ? "recovering" : "down";
}

/**
 * The regions that are to be asked now, so that what is under way is decided.
 * @param asked Regions that were asked for this already and have not answered yet.
 */
export function regionsToAsk(
  state: MachineState,
  rules: MachineRules,
  asked: readonly string[],
  regions: readonly string[],
  aside: ReadonlySet<string>,
): string[] {
  if (state.run.length === 0) return [];
  const quorum = state.phase === "up" ? rules.open : rules.close;
  const heard = [...state.run.map(({ checker }) => checker), ...asked];
  const fresh = regions.filter((region) => !aside.has(region) && !heard.includes(region));
  // Another checker cannot be had while all others are set aside: then it is waited for.
  const checkers = Math.min(quorum.checkers - new Set(heard).size, fresh.length);
  const missing = Math.max(quorum.checks - heard.length, checkers);
  return missing > 0 ? regionsToConfirm(regions, heard, missing, aside) : [];
}

function onCheck(
  state: MachineState,
  check: Evidence,
  excused: boolean,
  rules: MachineRules,
): Step {
  const known = state.run.some(({ id }) => id === check.id);
  if (known || !isAfter(check, state.settled)) return { state, transition: null };
  const forward = state.phase === "up" ? !check.passed : check.passed;
  if (!forward || (excused && !check.passed)) {
    // It contradicts what is under way: only what began later still counts.
    const run = state.run.filter((evidence) => isAfter(evidence, check));
    return { state: { ...state, settled: momentOf(check), run }, transition: null };
  }
  const run = [...state.run, check].toSorted(inOrder);
  const quorum = state.phase === "up" ? rules.open : rules.close;
  if (!isEnough(run, quorum)) return { state: { ...state, run }, transition: null };
  return turnOver(state, run);
}

/** The run has decided: up becomes down, or down up. */
function turnOver(state: MachineState, run: Evidence[]): Step {
  const first = run[0];
  const last = run.at(-1);
  if (!first || !last) return { state, transition: null };
  const settled = momentOf(last);
  if (state.phase === "up") {
    return {
      state: { phase: "down", settled, run: [], opened: first },
      transition: { type: "opened", first },
    };
  }
  return {
    state: { phase: "up", settled, run: [], opened: null },
    transition: { type: "closed", first: state.opened ?? first, at: last.at, by: last },
  };
}

function onPause(state: MachineState, at: number): Step {
  const { opened, settled } = state;
  const calm = initialState(Math.max(at, settled.at));
  if (!opened) return { state: calm, transition: null };
  const end = Math.max(at, opened.at);
  return { state: calm, transition: { type: "closed", first: opened, at: end, by: null } };
}

function isEnough(run: Evidence[], { checks, checkers }: Quorum): boolean {
  return run.length >= checks && new Set(run.map(({ checker }) => checker)).size >= checkers;
}

function momentOf({ at, id }: Moment): Moment {
  return { at, id };
}

function isAfter(a: Moment, b: Moment): boolean {
  return inOrder(a, b) > 0;
}

function inOrder(a: Moment, b: Moment): number {
  return a.at - b.at || a.id - b.id;
}
