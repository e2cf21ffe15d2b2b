import type { SystemCtx } from "../context.ts";
import type { MadeCheck, PlannedCheck } from "./shard.ts";

/** Probes in one call to a checker: as many connections as one invocation has. */
const PROBES_PER_CALL = 5;
/** Calls under way at once for one shard. */
const CALLS_ABREAST = 40;
/** Confirmations lead to confirmations, but never this often: the machine asks for what it lacks. */
const MAX_ROUNDS = 8;

type Work = Pick<SystemCtx, "ports" | "settings" | "now" | "log">;

/**
 * Has checks made, each by its region, or by another one when that cannot be reached. Those that
 * nobody could make are left out.
 * @param onMade Told of each group as soon as it is there; waited for.
 */
export async function makeChecks(
  ctx: Work,
  shard: number,
  planned: readonly PlannedCheck[],
  onMade?: (made: MadeCheck[]) => Promise<void>,
): Promise<MadeCheck[]> {
  const groups = groupsOf(planned);
  const all: MadeCheck[] = [];
  const worker = async () => {
    for (let group = groups.shift(); group; group = groups.shift()) {
      const made = await askCheckers(ctx, shard, group.region, group.checks);
      all.push(...made);
      if (made.length > 0) await onMade?.(made);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CALLS_ABREAST, groups.length) }, worker));
  return all;
}

/** Makes checks, records them, and goes on with what their results ask for. */
export async function recordAndConfirm(
  ctx: Work,
  shard: number,
  planned: readonly PlannedCheck[],
): Promise<void> {
  let next = planned;
  for (let round = 0; next.length > 0 && round < MAX_ROUNDS; round += 1) {
    next = await record(ctx, shard, await makeChecks(ctx, shard, next));
  }
}

/** Records results, reports checkers that are set aside, and gives what is to be asked next. */
export async function record(ctx: Work, shard: number, made: MadeCheck[]): Promise<PlannedCheck[]> {
  if (made.length === 0) return [];
  const { confirm, aside } = await ctx.ports.shards.record(shard, made);
  for (const { checker, until } of aside) {
    ctx.log.info("checker_set_aside", { shard, checker, until });
  }
  return confirm;
}

function groupsOf(planned: readonly PlannedCheck[]): { region: string; checks: PlannedCheck[] }[] {
  const byRegion = new Map<string, PlannedCheck[]>();
  for (const check of planned) {
    byRegion.set(check.region, [...(byRegion.get(check.region) ?? []), check]);
  }
  const groups: { region: string; checks: PlannedCheck[] }[] = [];
  for (const [region, checks] of byRegion) {
    for (let at = 0; at < checks.length; at += PROBES_PER_CALL) {
      groups.push({ region, checks: checks.slice(at, at + PROBES_PER_CALL) });
    }
  }
  return groups;
}

async function askCheckers(
  ctx: Work,
  shard: number,
  region: string,
  checks: PlannedCheck[],
): Promise<MadeCheck[]> {
  const requests = checks.map(({ request }) => request);
  const others = ctx.settings.checkerRegions.filter((other) => other !== region);
  for (const checker of [region, ...others]) {
    const at = ctx.now();
    try {
      const results = await ctx.ports.checkers.probeFrom(checker, shard, requests);
      return checks.flatMap(({ id }, index) => {
        const result = results[index];
        return result ? [{ id, checker, at, result }] : [];
      });
    } catch (error) {
      ctx.log.error("checker_unreachable", error, { checker });
    }
  }
  return [];
}
