import { Fault } from "../../domain/errors.ts";
import type { Located } from "./elements.ts";
import { callOn, type Handle } from "./evaluate.ts";
import { finishFill, prepareFill, selectAll } from "./in-page-fields.js";
import { pressChord, typeText } from "./keyboard.ts";
import { within } from "./limit.ts";
import type { Tab } from "./tab.ts";

/**
 * Replaces what is in a field. The text is inserted at once but for its last character, which is
 * a real key stroke: pages that listen to keys see one, with the whole text in the field. A field
 * that makes something else of it, as masks do, gets every character as a key stroke.
 *
 * @throws Fault BAD_REQUEST when it is no field, cannot be written, or does not take the text.
 */
export async function fillField(
  tab: Tab,
  { session }: Located,
  handle: Handle,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  const { channel } = session;
  const field = await callOn(channel, signal, handle, prepareFill, text);
  if (field.fault !== undefined) throw new Fault("BAD_REQUEST", field.fault);
  if (field.how === "done") return;
  // Keys go to the whole page, which hands them to the frame with the focus.
  const keys = tab.channel;
  if (text === "") {
    if (field.value !== "") await pressChord(keys, signal, "Backspace");
  } else {
    const characters = [...text];
    const last = characters.at(-1) ?? "";
    const stroked = /^[\x20-\x7e]$/.test(last) ? last : "";
    const inserted = stroked ? characters.slice(0, -1).join("") : text;
    if (inserted) await within(signal, keys.send("Input.insertText", { text: inserted }));
    if (stroked) await typeText(keys, signal, stroked);
  }
  let outcome = await callOn(channel, signal, handle, finishFill, text);
  if (outcome !== "taken" && text !== "") {
    await callOn(channel, signal, handle, selectAll);
    await pressChord(keys, signal, "Backspace");
    await typeText(keys, signal, text);
    outcome = await callOn(channel, signal, handle, finishFill, text);
  }
  if (outcome === "refused") {
    throw new Fault("BAD_REQUEST", "The field does not take such a text.");
  }
}
