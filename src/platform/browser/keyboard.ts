import { Fault } from "../../domain/errors.ts";
import type { Channel } from "./cdp.ts";
import { within } from "./limit.ts";

/** A key as CDP wants it, on a US keyboard. */
interface Key {
  key: string;
  code: string;
  keyCode: number;
  text?: string;
  location?: number;
}

interface Definition {
  key?: string | undefined;
  code?: string | undefined;
  keyCode?: number | undefined;
  shiftKey?: string | undefined;
  text?: string | undefined;
  location?: number | undefined;
}

const MODIFIERS: Readonly<Record<string, number>> = { Alt: 1, Control: 2, Meta: 4, Shift: 8 };

/** What people call keys, beside `KeyboardEvent.key`. */
const SYNONYMS: Readonly<Record<string, string>> = {
  ctrl: "Control",
  control: "Control",
  cmd: "Meta",
  command: "Meta",
  meta: "Meta",
  option: "Alt",
  alt: "Alt",
  shift: "Shift",
  esc: "Escape",
  return: "Enter",
  space: " ",
  del: "Delete",
  up: "ArrowUp",
  down: "ArrowDown",
  left: "ArrowLeft",
  right: "ArrowRight",
};

/** Editing commands that a browser's own menu would carry out; plain key events do not. */
const COMMANDS: Readonly<Record<string, string>> = {
  a: "selectAll",
  c: "copy",
  x: "cut",
  v: "paste",
  z: "undo",
};

async function definitions(): Promise<Readonly<Record<string, Definition>>> {
  const layout = await import("@cloudflare/puppeteer/internal/common/USKeyboardLayout.js");
  // oxlint-disable-next-line no-underscore-dangle -- puppeteer's own name for its keyboard
  return layout._keyDefinitions;
}

/**
 * Presses a key or chord such as `Enter` or `Control+a` on what has the focus.
 *
 * @throws Fault BAD_REQUEST for a key that no keyboard has.
 */
export async function pressChord(
  channel: Channel,
  signal: AbortSignal,
  chord: string,
): Promise<void> {
  const layout = await definitions();
  const names = chord === "+" ? ["+"] : chord.split(/\+(?=.)/);
  const keys = names.map((name) => toKey(layout, name));
  const last = keys.pop();
  if (!last) throw new Fault("BAD_REQUEST", `There is no key "${chord}".`);
  let modifiers = 0;
  const sent: Promise<unknown>[] = [];
  for (const held of keys) {
    const bit = MODIFIERS[held.key];
    if (bit === undefined) throw new Fault("BAD_REQUEST", `"${held.key}" cannot be held down.`);
    modifiers |= bit;
    sent.push(channel.send("Input.dispatchKeyEvent", keyEvent("rawKeyDown", held, modifiers)));
  }
  const shifted = (modifiers & 8) === 0 ? undefined : layout[last.code]?.shiftKey;
  const key = shifted === undefined ? last : { ...last, key: shifted, text: shifted };
  sent.push(...stroke(channel, key, modifiers));
  for (const held of keys.toReversed()) {
    modifiers &= ~(MODIFIERS[held.key] ?? 0);
    sent.push(channel.send("Input.dispatchKeyEvent", keyEvent("keyUp", held, modifiers)));
  }
  await within(signal, Promise.all(sent));
}

/** Types text, one real key stroke a character where the keyboard has it. */
export async function typeText(channel: Channel, signal: AbortSignal, text: string): Promise<void> {
  const layout = await definitions();
  const sent: Promise<unknown>[] = [];
  for (const character of text) {
    const known = layout[character === "\n" ? "Enter" : character];
    if (known) {
      const key = toKey(layout, character === "\n" ? "Enter" : character);
      sent.push(...stroke(channel, key, /^[A-Z]$/.test(character) ? 8 : 0));
    } else {
      sent.push(channel.send("Input.insertText", { text: character }));
    }
  }
  await within(signal, Promise.all(sent));
}

function toKey(layout: Readonly<Record<string, Definition>>, name: string): Key {
  const spelled = SYNONYMS[name.toLowerCase()] ?? name;
  const found =
    layout[spelled] ??
    Object.entries(layout).find(([known]) => known.toLowerCase() === spelled.toLowerCase())?.[1];
  if (!found?.key) {
    // Any other single character is a key on some keyboard.
    if ([...spelled].length === 1) return { key: spelled, code: "", keyCode: 0, text: spelled };
    throw new Fault("BAD_REQUEST", `There is no key "${name}".`);
  }
  const text = found.text ?? (found.key.length === 1 ? found.key : undefined);
  return {
    key: found.key,
    code: found.code ?? "",
    keyCode: found.keyCode ?? 0,
    ...(text === undefined ? {} : { text }),
    ...(found.location === undefined ? {} : { location: found.location }),
  };
}

function stroke(channel: Channel, key: Key, modifiers: number): Promise<unknown>[] {
  // With Control, Alt or Meta held a key types nothing.
  const types = key.text !== undefined && (modifiers & ~8) === 0;
  const command = (modifiers & (2 | 4)) === 0 ? undefined : COMMANDS[key.key.toLowerCase()];
  return [
    channel.send("Input.dispatchKeyEvent", {
      ...keyEvent(types ? "keyDown" : "rawKeyDown", key, modifiers),
      ...(types ? { text: key.text ?? "", unmodifiedText: key.text ?? "" } : {}),
      ...(command === undefined ? {} : { commands: [command] }),
    }),
    channel.send("Input.dispatchKeyEvent", keyEvent("keyUp", key, modifiers)),
  ];
}

function keyEvent(type: "rawKeyDown" | "keyDown" | "keyUp", key: Key, modifiers: number) {
  return {
    type,
    modifiers,
    key: key.key,
    code: key.code,
    windowsVirtualKeyCode: key.keyCode,
    location: key.location ?? 0,
  };
}
