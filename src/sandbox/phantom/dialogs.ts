import type { Urgency } from "../mailbox.ts";

/** What of CDP's Page.javascriptDialogOpening is read. */
export interface Dialog {
  type: string;
  message: string;
  defaultPrompt?: string;
}

export interface DialogAnswer {
  accept: boolean;
  promptText?: string;
}

/** The page's way to the script. */
export interface Asking {
  listens: ReadonlySet<string>;
  ask: (name: string, args: unknown[], urgency: Urgency) => Promise<unknown>;
}

/**
 * What a dialog is answered. `callPhantom` comes as a prompt, for nothing else of a page's own
 * stands still until it is told.
 * @param token What its prompts say.
 */
export async function answerDialog(
  page: Asking,
  { type, message, defaultPrompt = "" }: Dialog,
  token: string,
): Promise<DialogAnswer> {
  if (type === "prompt" && message === token) {
    if (!page.listens.has("onCallback")) return { accept: false };
    const value = await page.ask("onCallback", [JSON.parse(defaultPrompt)], "now");
    return value === null ? { accept: false } : { accept: true, promptText: JSON.stringify(value) };
  }
  if (type === "alert") await page.ask("onAlert", [message], "now");
  if (type === "confirm" && page.listens.has("onConfirm")) {
    return { accept: (await page.ask("onConfirm", [message], "now")) === true };
  }
  if (type === "prompt") {
    const value = page.listens.has("onPrompt")
      ? await page.ask("onPrompt", [message, defaultPrompt], "now")
      : defaultPrompt;
    return typeof value === "string" ? { accept: true, promptText: value } : { accept: false };
  }
  return { accept: true };
}
