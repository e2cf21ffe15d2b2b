import type { CdpException, CdpValue } from "./protocol.ts";

/** Characters of a line of a page's console. */
const MAX_WORDS = 100_000;

interface Frame {
  file: string;
  line: number;
  function: string;
}

/** An exception of a page's as `onError` gets it: its words and its frames. */
export function traceOf(details: CdpException): [string, Frame[]] {
  const { exception, text, stackTrace } = details;
  const said = exception?.description?.split("\n    at ", 1).join("") ?? valueOf(exception) ?? text;
  const frames = (stackTrace?.callFrames ?? []).map((frame) => ({
    file: frame.url,
    line: frame.lineNumber + 1,
    function: frame.functionName,
  }));
  const at = { file: details.url ?? "", line: details.lineNumber + 1, function: "" };
  return [asWebKitSays(said), frames.length > 0 ? frames : [at]];
}

/** Scripts of PhantomJS's day look for its engine's words. */
function asWebKitSays(message: string): string {
  return message.replace(
    /^(?:Uncaught )?ReferenceError: (\S+) is not defined$/,
    "ReferenceError: Can't find variable: $1",
  );
}

function valueOf(thrown: CdpValue | undefined): string | undefined {
  return thrown && "value" in thrown ? String(thrown.value) : undefined;
}

/** What a page writes to its console, as one line; `%s` and its like are filled in. */
export function wordsOf(args: CdpValue[]): string {
  const words = args.map((each) => {
    if (each.type === "string") return String(each.value);
    if (each.type === "undefined") return "undefined";
    return "value" in each ? JSON.stringify(each.value) : (each.description ?? "");
  });
  const [first = "", ...rest] = words;
  const text = first.replace(/%[sdifoOc]/g, (whole) => rest.shift() ?? whole);
  return [text, ...rest].join(" ").slice(0, MAX_WORDS);
}
