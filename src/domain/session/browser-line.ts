import type { Database } from "../../store/database.ts";
import { enterLine, leaveLine, stepBack, tryTurn } from "../../store/browser-line.ts";
import { Fault } from "../errors.ts";

export { leaveLine };

/** How often one in line looks whether its turn has come. */
const LOOK_EVERY_MS = 250;

export interface LineRules {
  /** Browsers that the whole deployment may hold. */
  maxBrowsers: number;
  /** How long to stand in line before giving up, in milliseconds. */
  patienceMs: number;
}

export interface LineDeps {
  db: Database;
  now: () => number;
  sleep: (ms: number) => Promise<void>;
}

/**
 * Waits in turn for one of the deployment's browsers, then launches it. Whoever came first goes
 * first, over all sessions and regions; the line stands in D1, so that nothing global is one
 * object. A launch that the platform refuses for now keeps its place at the head of the line.
 * @throws Fault UNAVAILABLE with `retryAfter` when patience runs out.
 */
export async function launchInTurn<T>(
  deps: LineDeps,
  rules: LineRules,
  holder: string,
  launch: () => Promise<T>,
): Promise<T> {
  const { db, now, sleep } = deps;
  const wantedAt = now();
  const deadline = wantedAt + rules.patienceMs;
  const line = { holder, wantedAt, maxBrowsers: rules.maxBrowsers };
  // Nobody waits longer than this: older rows in line belong to the dead.
  const staleBefore = () => now() - 2 * rules.patienceMs - 1000;
  try {
    let turn = await enterLine(db, line, now(), staleBefore());
    for (;;) {
      if (turn) {
        try {
          return await launch();
        } catch (error) {
          if (!(error instanceof Fault) || error.code !== "LIMIT_REACHED") throw error;
          await stepBack(db, line);
          // The platform starts one browser a second.
          await sleep(Math.min(1000 * (error.details.retryAfter ?? 1), rules.patienceMs));
        }
      } else {
        await sleep(LOOK_EVERY_MS);
      }
      if (now() >= deadline) {
        throw new Fault("UNAVAILABLE", "No browser is free just now.", { retryAfter: 5 });
      }
      turn = await tryTurn(db, line, now(), staleBefore());
    }
  } catch (error) {
    await leaveLine(db, holder);
    throw error;
  }
}
