/** What a script says of itself. */
export interface Directives {
  /** What it is run by. */
  command: string | null;
  /** Version of what it is run by, as it says. */
  package: string | null;
  /** Names of scripts that it requires. */
  dependencies: string[];
}

/** White space and comments before a statement. */
const BLANK = /^(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|#![^\n]*|;)+/;
/** A statement that is a text and nothing else. */
const LITERAL =
  /^(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)')[^\S\n]*(?:;|\r?\n|$|(?=\/[/*]|\}))/;
/** `'<name> command: casperjs'`. */
const DIRECTIVE = /^\s*[\w-]+\s+(command|package|dependencies)\s*:\s*(.*?)\s*$/;

/**
 * The directives that a script begins with: texts that stand there as statements of their own, such
 * as `"… command: casperjs"`. The first of each name counts.
 */
export function directivesOf(text: string): Directives {
  const found = new Map<string, string>();
  let rest = text.replace(/^\uFEFF/, "");
  for (;;) {
    rest = rest.replace(BLANK, "");
    const literal = LITERAL.exec(rest);
    if (!literal) break;
    const [, name, value] = DIRECTIVE.exec(literal[1] ?? literal[2] ?? "") ?? [];
    if (name !== undefined && value !== undefined && !found.has(name)) found.set(name, value);
    rest = rest.slice(literal[0].length);
  }
  const dependencies = (found.get("dependencies") ?? "").split(",").map((name) => name.trim());
  return {
    command: found.get("command") ?? null,
    package: found.get("package") ?? null,
    dependencies: dependencies.filter((name) => name !== ""),
  };
}
