import { Fault } from "../../domain/errors.ts";

/**
 * What `work` comes to, unless `signal` aborts first: a page that hangs answers nothing, so no
 * wait for the browser goes without one.
 *
 * @throws Fault TIMEOUT, or the signal's reason where that is a Fault.
 */
export function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(lateness(signal));
    if (signal.aborted) {
      work.catch(() => {});
      onAbort();
      return;
    }
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** @throws as {@link within}, when the time is up. */
export function assertInTime(signal: AbortSignal): void {
  if (signal.aborted) throw lateness(signal);
}

/** Waits `ms`, or until the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const elapsed = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await within(signal, elapsed);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs `work` under a limit of its own, inside that of `outer` where there is one. */
export async function withLimit<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), ms);
  try {
    return await work(outer ? AbortSignal.any([limit.signal, outer]) : limit.signal);
  } finally {
    clearTimeout(timer);
  }
}

function lateness(signal: AbortSignal): Fault {
  return signal.reason instanceof Fault
    ? signal.reason
    : new Fault("TIMEOUT", "The browser did not finish in time.");
}
