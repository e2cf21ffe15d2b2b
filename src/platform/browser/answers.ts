import { type BrowserBinding, limits } from "./binding.ts";

/** Whether the browser service answers, without taking a browser. */
export async function browserAnswers(binding: BrowserRun): Promise<boolean> {
  try {
    await limits(binding as unknown as BrowserBinding);
    return true;
  } catch {
    return false;
  }
}
