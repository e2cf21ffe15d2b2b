const MINUTE_MS = 60_000;
const LIMIT_MS = 55_000;
/** A timer may fire a moment early, which would be the minute before. */
const MARGIN_MS = 5;

/** The next whole minute after `now`, in milliseconds since 1970. */
export function nextMinute(now: number): number {
  return (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
}

/**
 * Fires the Worker's cron trigger at each full minute, as Cloudflare does and local development
 * does not. A failing run is told of once, until one succeeds again.
 *
 * @returns stops the clock.
 */
export function startCronClock(origin: string, say: (line: string) => void): () => void {
  let failing = false;
  let timer: NodeJS.Timeout;
  const fire = async (time: number): Promise<void> => {
    const problem = await fireOnce(origin, time);
    if (problem !== undefined && !failing) say(`The minute's cron run failed: ${problem}`);
    failing = problem !== undefined;
  };
  const arm = (): void => {
    const due = nextMinute(Date.now());
    timer = setTimeout(
      () => {
        // It comes hours late on a machine that slept: then the current minute is the one to run.
        const minute = nextMinute(Date.now()) - MINUTE_MS;
        void fire(Math.max(due, minute));
        arm();
      },
      due - Date.now() + MARGIN_MS,
    );
  };
  arm();
  return () => clearTimeout(timer);
}

/** Returns what went wrong, if anything did. */
async function fireOnce(origin: string, time: number): Promise<string | undefined> {
  const query = new URLSearchParams({ cron: "* * * * *", time: String(time), format: "json" });
  try {
    const response = await fetch(`${origin}/cdn-cgi/local/scheduled?${query}`, {
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    const text = await response.text();
    return response.ok && text.includes('"ok"')
      ? undefined
      : `${response.status} ${text.slice(0, 200)}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
