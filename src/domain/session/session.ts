import type { ActionName } from "../page.ts";
import type { Cookie, NewCookie, Picture, ScreenshotOptions, WaitUntil } from "../ports.ts";

export const LLM_PROVIDERS = [
  "openai",
  "anthropic",
  "gemini",
  "google",
  "ollama",
  "lm_studio",
  "localai",
  "vllm",
] as const;

export const SESSION_STATES = ["ready", "loading", "error"] as const;
export type SessionState = (typeof SESSION_STATES)[number];

/** What a session is born with. Lives in its object, and dies with it. */
export interface SessionInit {
  accountId: string;
  region: string;
  /** Host name that the session was made under: never a target of its browser. */
  host: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Seconds without a command after which the session closes, watched or not. */
  idleTimeout: number;
  /** Sealed JSON of the language-model settings (provider, model, base URL, key). */
  model: string;
}

/** A session as its readers see it; never waits behind a command. */
export interface SessionView {
  region: string;
  createdAt: number;
  url: string;
  title: string;
  state: SessionState;
}

/** One step of a workflow, validated. */
export type WorkflowStep = { timeoutMs: number } & (
  | { action: "goto"; url: string; waitUntil: WaitUntil }
  | { action: "act"; command: string }
  | { action: "extract"; query: string }
  | { action: "screenshot"; options: ScreenshotOptions }
);

/** An order to a session. `timeoutMs` bounds the work, not the wait for its turn. */
export type SessionCommand = { timeoutMs: number } & (
  | { type: "navigate"; url: string; waitUntil: WaitUntil }
  | { type: "act"; command: string }
  | { type: "extract"; query: string }
  | { type: "wait_for"; condition: string; pollMs: number }
  | { type: "screenshot"; options: ScreenshotOptions }
  | { type: "pdf" }
  | { type: "content" }
  | { type: "markdown" }
  | { type: "cookies" }
  | { type: "set_cookies"; cookies: NewCookie[] }
  | { type: "workflow"; steps: WorkflowStep[] }
);

export interface StepReport {
  step: number;
  action: WorkflowStep["action"];
  ok: boolean;
  /** Text that an extraction found. */
  result?: string;
  /** Id of a stored screenshot. */
  screenshotId?: string;
  error?: string;
}

export interface SessionResults {
  navigate: { url: string; title: string };
  act: { action: ActionName; element: string };
  extract: { result: string };
  wait_for: { met: boolean; elapsedMs: number; details: string };
  screenshot: Picture & { url: string };
  pdf: { bytes: Uint8Array };
  content: { html: string; url: string; title: string };
  markdown: { markdown: string; url: string; title: string };
  cookies: { cookies: Cookie[] };
  set_cookies: { count: number };
  workflow: { completed: boolean; steps: StepReport[] };
}
export type SessionResult<C extends SessionCommand> = SessionResults[C["type"]];
