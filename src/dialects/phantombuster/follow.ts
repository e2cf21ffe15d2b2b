import type { LaunchStatus } from "../../domain/agent/index.ts";

/** Answers that go on for as long as a run does: wire/notes.md, "Launch `output=`". */

/** What whoever follows a run sees of it at one look. */
export interface Glimpse {
  status: LaunchStatus;
  /** Console text since the look before. */
  text: string;
  /** JSON text that the script set as its result; null before the first. */
  result: string | null;
  /** Once it ended. */
  end: RunEnding | null;
}

export interface RunEnding {
  message: string;
  succeeded: boolean;
  exitCode: number | null;
  /** From the start on; 0 for one that never started. */
  seconds: number;
}

/** How one `output=` puts a run into words. */
export interface RunWriter {
  contentType: string;
  /** Whether the console is of interest: a look that waits for none of it is waited out. */
  readsConsole: boolean;
  /** Of the console, as it comes. */
  text: (text: string) => string;
  /** What keeps the connection alive when there is nothing to say. */
  beat: (status: LaunchStatus) => string;
  /** It begins with a beat. */
  beatsAtOnce: boolean;
  isDone: (glimpse: Glimpse) => boolean;
  end: (glimpse: Glimpse) => string | Promise<string>;
  /** Why the answer is over before it is done. */
  cut: (reason: string) => string;
}

/** In milliseconds. */
export interface FollowTimes {
  beatMs: number;
  /** For how long a run is followed at most. */
  limitMs: number;
  /** Between two looks at least: a request may only make so many calls. */
  gapMs: number;
  now: () => number;
}

/** Of the queue and the run together: twice what any run may take. */
export const FOLLOW_TIMES: FollowTimes = {
  beatMs: 10_000,
  limitMs: 30 * 60_000,
  gapMs: 500,
  now: () => Date.now(),
};

/**
 * Streams a run. Nothing is looked at before the client has taken what was said before, nor after
 * it has left.
 * @param look - Resolves when there is something new, after `withinMs` at the latest.
 */
export function streamRun(
  look: (withinMs: number) => Promise<Glimpse>,
  writer: RunWriter,
  { beatMs, limitMs, gapMs, now }: FollowTimes,
): Response {
  const encoder = new TextEncoder();
  const deadline = now() + limitMs;
  let nextBeat = now() + beatMs;
  let nextLook = now();
  const client = new AbortController();

  /** Everything that is to be said next, and whether it was the last. */
  const next = async (): Promise<{ said: string; over: boolean }> => {
    let said = "";
    while (said === "" && !client.signal.aborted) {
      await pause(nextLook - now());
      nextLook = now() + gapMs;
      const glimpse = await look(Math.max(0, Math.min(nextBeat, deadline) - now()));
      said = writer.text(glimpse.text);
      if (writer.isDone(glimpse)) return { said: said + (await writer.end(glimpse)), over: true };
      if (now() >= deadline) {
        const minutes = limitMs / 60_000;
        const reason = `The run goes on; it is followed for ${minutes} minutes at most`;
        return { said: said + writer.cut(reason), over: true };
      }
      if (now() >= nextBeat) {
        said += writer.beat(glimpse.status);
        nextBeat = now() + beatMs;
      }
    }
    return { said, over: false };
  };

  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        if (writer.beatsAtOnce) controller.enqueue(encoder.encode(writer.beat("queued")));
      },
      pull: async (controller) => {
        const { said, over } = await next().catch(() => {
          const reason = "Something went wrong on our side; the run goes on";
          return { said: writer.cut(reason), over: true };
        });
        if (client.signal.aborted) return;
        if (said !== "") controller.enqueue(encoder.encode(said));
        if (over) controller.close();
      },
      cancel: () => client.abort(),
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { "content-type": writer.contentType } });
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
