import { endPassingKey } from "../../domain/account/index.ts";
import { endLaunch, type EndingLaunch, endOf, type Taken } from "../../domain/agent/end-launch.ts";
import type { LaunchEnd } from "../../domain/ports.ts";
import { leaveLine } from "../../domain/session/browser-line.ts";
import type { ObjectContext } from "../../runtime/context.ts";
import type { Visit } from "./visit.ts";

/** How far a launch has come: kept where it outlives the object's memory. */
export type Phase =
  /** Nothing of the script has run. */
  | { name: "accepted" }
  | { name: "running"; launch: EndingLaunch; keyId: string | null; browserId: string }
  | { name: "ending"; launch: EndingLaunch; keyId: string | null; end: LaunchEnd; taken: Taken };

export type RunningPhase = Extract<Phase, { name: "running" }>;
export type EndingPhase = Extract<Phase, { name: "ending" }>;

const PHASE = "phase";

export function readPhase(kv: SyncKvStorage): Phase | undefined {
  return kv.get<Phase>(PHASE);
}

export function writePhase(kv: SyncKvStorage, phase: Phase): void {
  kv.put(PHASE, phase);
}

/** The name under which a launch holds a browser of the deployment's. */
export function holderOf(launchId: number): string {
  return `launch:${launchId}`;
}

/**
 * Ends a launch for good, as its phase says. Safe to repeat, whatever part of it was done before.
 * Rejects when something that it needs does not answer: then it is to be repeated.
 */
export async function finish(
  context: ObjectContext,
  { launch, keyId, end, taken }: EndingPhase,
  visit: Visit | null,
): Promise<void> {
  const { db } = context;
  await leaveLine(db, holderOf(launch.launchId));
  await endLaunch(context.systemFor(null), launch, end, taken);
  if (keyId !== null) await endPassingKey(db, launch.accountId, keyId);
  visit?.end(end);
}

/** The object lost its memory while the script ran: nobody knows how far it came. */
export async function lose(
  context: ObjectContext,
  kv: SyncKvStorage,
  { launch, keyId, browserId }: RunningPhase,
): Promise<EndingPhase> {
  const end = endOf({ type: "lost" }, Date.now());
  const phase: EndingPhase = {
    name: "ending",
    launch,
    keyId,
    end,
    taken: { files: [], letters: 0 },
  };
  writePhase(kv, phase);
  try {
    const browser = await context.launcherFor("").join(browserId);
    await browser?.close();
  } catch {
    // It ends by itself once nobody asks anything of it.
  }
  return phase;
}
