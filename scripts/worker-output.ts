/** What of wrangler's output a person who runs `npm start` wants to see. */

/** wrangler's own line for each request: it has the path and the query, which may hold a key. */
const REQUEST_LINE = /^\[wrangler:info\] [A-Z]+ \S+ \d{3} /;
const TROUBLE = /\[?ERROR\]?|✘|\[wrangler:error\]/;

export interface OutputFilter {
  /** Takes a chunk of one of wrangler's streams; passes on the lines that are to be shown. */
  write: (chunk: string) => void;
  /** From here on everything is shown but request lines; what was held back is dropped or shown. */
  release: (held: "drop" | "show") => void;
}

/**
 * Holds back the banner and the tables that wrangler prints while it starts, unless trouble shows
 * among them: then all of it counts.
 */
export function filterOutput(show: (line: string) => void): OutputFilter {
  const held: string[] = [];
  let holding = true;
  let rest = "";
  const release: OutputFilter["release"] = (what) => {
    holding = false;
    if (what === "show") held.forEach(show);
    held.length = 0;
  };
  return {
    release,
    write: (chunk) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (REQUEST_LINE.test(line)) continue;
        if (!holding) show(line);
        else {
          held.push(line);
          if (TROUBLE.test(line)) release("show");
        }
      }
    },
  };
}
