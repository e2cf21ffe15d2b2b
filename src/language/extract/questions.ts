import { Fault } from "../../domain/errors.ts";
import type { Page } from "../../domain/page.ts";
import { nameOf, namesInFacts } from "../describe.ts";
import { factsOf } from "../find.ts";
import { type Entry, flatten, isEditable, textOf } from "../tree.ts";
import { canonical, fold } from "../words.ts";
import type { Extractor, Question, View } from "./question.ts";

/** Questions to be answered by yes, no or a number, and whether a sign-in came to pass. */
export function questions(
  query: string,
  extractors: readonly Extractor[],
  condition: (words: string) => (page: Page) => Promise<{ met: boolean; details: string }>,
): Question | null {
  return signedIn(query) ?? counted(query, extractors) ?? asked(query, condition);
}

/** `Confirm login success`, `am I logged in`, `did the login fail`. */
function signedIn(query: string): Question | null {
  const words = canonical(fold(query));
  const about = words.includes("login") || /\b(?:logged|signed)\s?in\b|\bauthenticat/i.test(query);
  const asks =
    /\b(?:confirm|verify|check|success|successful|succeeded|successfully|worked|status|state|am i|is the user|are we|did|was|whether|if|result|ensure|validate|fail|failed)\b/i.test(
      query,
    );
  const other = /\b(?:button|link|field|form|visible|enabled|disabled|title|url|heading)\b/i;
  if (!about || !asks || other.test(query)) return null;
  return { label: "Login", answer: loginState };
}

const CONFIRMED =
  /\b(?:(?:signed|logged) in as|you are (?:now )?(?:signed|logged) in|(?:login|sign-?in) (?:was )?successful|successfully (?:logged|signed) in)\b/i;
const WELCOME = /\b(?:welcome|hello|hi|my account|dashboard)\b/i;
const REFUSED =
  /\b(?:(?:wrong|invalid|incorrect|unknown|bad)\s+(?:e-?mail|user|username|password|credentials?|login|combination)[^\n.]{0,80}|(?:login|sign-?in|log-?in|authentication)\s+(?:failed|failure|error|unsuccessful)[^\n.]{0,80}|(?:password|credentials?|e-?mail|username)[^\n.]{0,40}\b(?:incorrect|invalid|wrong|not (?:valid|recogni[sz]ed|found)|does ?n[o']t match)[^\n.]{0,40}|account (?:locked|disabled|suspended))/i;

async function loginState(view: View): Promise<string> {
  const entries = await view.entries();
  const text = textOf(await view.tree());
  const refused = REFUSED.exec(text)?.[0]?.trim();
  const password = await hasPasswordField(view, entries);
  if ((offers(entries, "logout") || CONFIRMED.test(text)) && !password) return "Login successful";
  if (refused) return `Login failed: ${refused}`;
  if (password) return "Login not successful: the page still asks for a password";
  if (offers(entries, "login")) return "Login not successful: the page still offers to sign in";
  if (WELCOME.test(text) || WELCOME.test(await view.page.title())) {
    return "Login successful";
  }
  return "Login not confirmed: the password field is gone, but the page shows neither a welcome nor a way to log out";
}

function offers(entries: readonly Entry[], what: "login" | "logout"): boolean {
  return entries.some(
    ({ node }) =>
      /^(?:link|button|menuitem)$/.test(node.role) && canonical(fold(nameOf(node))).includes(what),
  );
}

async function hasPasswordField({ page }: View, entries: readonly Entry[]): Promise<boolean> {
  const fields = entries.filter(({ node }) => isEditable(node)).slice(0, 40);
  const facts = await factsOf(
    page,
    fields.map(({ node }) => node.ref),
  );
  return fields.some(({ node }) => {
    const seen = facts.get(node.ref);
    if (!seen) return false;
    return seen.attributes["type"] === "password" || namesInFacts(seen).includes("password");
  });
}

/** `how many links`, `number of rows in the Prices table`: counts the lines of the answer. */
function counted(query: string, extractors: readonly Extractor[]): Question | null {
  const match =
    /^(?:how\s+many|(?:count|number|amount)(?:\s+of)?|count)\s+(?:the\s+)?(.+?)(?:\s+(?:are|is)(?:\s+there)?)?(?:\s+(?:(?:are|is)\s+)?(?:there\s+)?(?:on|in)\s+(?:the|this)\s+page)?$/i.exec(
      query,
    );
  const what = match?.[1]?.replace(/\s+(?:does|do|has|have)\s+.*$/i, "");
  if (!what) return null;
  const rows = /^(?:table\s+)?rows?(?:\s+(?:in|of|does)\s+.*)?$/i.test(what);
  if (rows) {
    return {
      label: "Rows",
      answer: async (view) =>
        String(
          (await view.entries()).filter(
            ({ node }) =>
              node.role === "row" &&
              flatten(node).some((entry) => /^(?:cell|gridcell)$/.test(entry.node.role)),
          ).length,
        ),
    };
  }
  for (const extractor of extractors) {
    const found = extractor(/s\b/i.test(what) ? what : `${what}s`) ?? null;
    if (!found) continue;
    return {
      label: found.label,
      answer: async (view) => {
        const answer = await found.answer(view);
        if (answer === null) return "0";
        return String(answer.split(found.label === "Paragraphs" ? "\n\n" : "\n").length);
      },
    };
  }
  return null;
}

/** `is there a …`, `does the page contain …`: a condition, answered with yes or no. */
function asked(
  query: string,
  condition: (words: string) => (page: Page) => Promise<{ met: boolean; details: string }>,
): Question | null {
  const words = statement(query);
  if (words === null) return null;
  const check = understood(condition, words) ?? understood(condition, `page contains ${words}`);
  if (!check) return null;
  return {
    label: "Answer",
    answer: async ({ page }) => {
      const { met, details } = await check(page);
      return `${met ? "Yes" : "No"}: ${details}`;
    },
  };
}

function understood<T>(condition: (words: string) => T, words: string): T | null {
  try {
    return condition(words);
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

/** A question turned into the condition that it asks about; null when it asks something else. */
function statement(query: string): string | null {
  const asks: readonly (readonly [RegExp, string])[] = [
    [
      /^(?:is|are)\s+there\s+(?:(?:a|an|any|some)\s+)?(.+?)(?:\s+(?:on|in)\s+(?:the|this)\s+page)?$/i,
      "$1 exists",
    ],
    [
      /^(?:does|do)\s+(?:the\s+|this\s+)?(?:page|site)\s+(?:have|show|display)\s+(?:(?:a|an|the)\s+)?(.+)$/i,
      "$1 exists",
    ],
    [
      /^(?:does|do)\s+(?:the\s+|this\s+)?(?:page|site|text)\s+(?:contain|include|mention|say)\s+(.+)$/i,
      "page contains $1",
    ],
    [
      /^(?:does|do)\s+(?:the\s+)?(url|title|heading)\s+(contain|include|match|start with|end with)\s+(.+)$/i,
      "$1 $2s $3",
    ],
    [
      /^(?:is|are)\s+(?:the\s+)?(.+?)\s+((?:not\s+)?(?:visible|enabled|disabled|checked|unchecked|present|shown|displayed|there|gone|hidden|selected|loaded|ready))$/i,
      "$1 is $2",
    ],
    [/^(?:is|was)\s+(?:the\s+)?(title|url)\s+(.+)$/i, "$1 is $2"],
    [/^(?:confirm|verify|check|ensure|assert|see)\s+(?:that|if|whether)\s+(.+)$/i, "$1"],
    [/^(?:confirm|verify|assert)\s+(.+)$/i, "$1"],
  ];
  for (const [pattern, answer] of asks) {
    if (pattern.test(query)) return query.replace(pattern, answer);
  }
  return null;
}
