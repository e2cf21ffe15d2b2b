import type { LaunchStatus } from "../../domain/agent/index.ts";
import { PLAIN } from "./answer.ts";
import type { Glimpse, RunWriter } from "./follow.ts";

/** The `output=` of a launch, one function each. Pure. */

const JSON_TYPE = "application/json";

interface Wanted {
  /** Ends with the first result that the script sets. */
  first?: boolean;
  /** The whole console, to be shown beside the result. */
  output?: () => Promise<string>;
}

/** JSON behind spaces, which a reader of JSON passes over. */
export function resultWriter(containerId: number, { first, output }: Wanted = {}): RunWriter {
  const data = ({ result, end }: Glimpse) => ({
    containerId,
    ...(end && { executionTime: end.seconds, exitCode: end.exitCode }),
    ...(result !== null && { resultObject: JSON.parse(result) as unknown }),
  });
  return {
    contentType: JSON_TYPE,
    readsConsole: false,
    text: () => "",
    beat: () => " ",
    beatsAtOnce: false,
    isDone: ({ end, result }) => end !== null || (first === true && result !== null),
    end: async (glimpse) => {
      const { end } = glimpse;
      return JSON.stringify({
        status: end === null || end.succeeded ? "success" : "error",
        ...(end && { message: end.message }),
        data: { ...data(glimpse), ...(output && { output: await output() }) },
      });
    },
    cut: (message) => JSON.stringify({ status: "error", message, data: { containerId } }),
  };
}

const COMMENTS: Record<LaunchStatus, string> = {
  queued: "in queue",
  running: "still running",
  ended: "ended",
};

/**
 * Server-sent events, one for each line of the console. The messages' data put together are the
 * console: a line ends in an empty piece of data. What has no end yet waits for it, but for no
 * longer than a beat.
 */
export function eventWriter(containerId: number): RunWriter {
  let rest = "";
  const flush = () => {
    const said = rest === "" ? "" : eventOf(rest);
    rest = "";
    return said;
  };
  const comment = (text: string) => `: container ${containerId} ${text}\n\n`;
  return {
    contentType: "text/event-stream",
    readsConsole: true,
    text: (text) => {
      const lines = (rest + text).split(/(?<=\n)/);
      const last = lines.at(-1) ?? "";
      rest = last.endsWith("\n") ? "" : (lines.pop() ?? "");
      return lines
        .filter((line) => line !== "")
        .map(eventOf)
        .join("");
    },
    beat: (status) => flush() + comment(COMMENTS[status]),
    beatsAtOnce: true,
    isDone: ({ end }) => end !== null,
    end: () => flush() + comment(COMMENTS.ended),
    cut: (reason) => flush() + comment(`is followed no longer: ${reason}`),
  };
}

function eventOf(text: string): string {
  const pieces = text.split(/\r\n|\r|\n/);
  return `${pieces.map((piece) => `data: ${piece}\n`).join("")}\n`;
}

/** The console as it is. */
export function rawWriter(): RunWriter {
  return {
    contentType: PLAIN["content-type"],
    readsConsole: true,
    text: (text) => text,
    beat: () => "",
    beatsAtOnce: false,
    isDone: ({ end }) => end !== null,
    end: () => "",
    cut: (reason) => `\n${reason}.\n`,
  };
}
