import { type Key, keyOf, modifiersOf } from "./keys.ts";
import type { Send } from "./protocol.ts";

/** `page.sendEvent(type, …)`, as the guest hands it over. */
export interface InputEvent {
  type: string;
  args: unknown[];
  /** Qt's bits. */
  modifier: number;
}

const BUTTONS = ["left", "middle", "right"] as const;
type Button = (typeof BUTTONS)[number];
/** `MouseEvent.buttons`. */
const BITS: Record<Button, number> = { left: 1, right: 2, middle: 4 };

/** Where the mouse is; PhantomJS goes on from there when no place is given. */
export interface MousePlace {
  x: number;
  y: number;
}

/** What a person would do, with a real mouse and real keys. */
export async function sendInput(send: Send, event: InputEvent, mouse: MousePlace): Promise<void> {
  const modifiers = modifiersOf(event.modifier);
  switch (event.type) {
    case "keydown":
      return pressKeys(send, event.args[0], modifiers, ["down"]);
    case "keyup":
      return pressKeys(send, event.args[0], modifiers, ["up"]);
    case "keypress":
      return pressKeys(send, event.args[0], modifiers, ["down", "up"]);
    default:
      return moveMouse(send, event, mouse, modifiers);
  }
}

async function moveMouse(
  send: Send,
  { type, args }: InputEvent,
  mouse: MousePlace,
  modifiers: number,
): Promise<void> {
  const [first, second, third] = args;
  if (typeof first === "number") mouse.x = first;
  if (typeof second === "number") mouse.y = second;
  const button = buttonOf(third ?? (typeof second === "string" ? second : first));
  const { x, y } = mouse;
  const dispatch = (kind: "mouseMoved" | "mousePressed" | "mouseReleased", clickCount: number) =>
    send("Input.dispatchMouseEvent", {
      type: kind,
      x,
      y,
      modifiers,
      button: kind === "mouseMoved" ? "none" : button,
      buttons: kind === "mousePressed" ? BITS[button] : 0,
      clickCount,
    });
  const click = async (count: number) => {
    await dispatch("mousePressed", count);
    await dispatch("mouseReleased", count);
  };
  switch (type) {
    case "mousemove":
      await dispatch("mouseMoved", 0);
      return;
    case "mousedown":
      await dispatch("mousePressed", 1);
      return;
    case "mouseup":
      await dispatch("mouseReleased", 1);
      return;
    case "click":
      await dispatch("mouseMoved", 0);
      await click(1);
      return;
    case "doubleclick":
    case "mousedoubleclick":
      await dispatch("mouseMoved", 0);
      await click(1);
      await click(2);
      return;
    default:
      throw new Error(`sendEvent: there is no event '${type}'`);
  }
}

function buttonOf(given: unknown): Button {
  return BUTTONS.find((button) => button === given) ?? "left";
}

async function pressKeys(
  send: Send,
  what: unknown,
  modifiers: number,
  ways: ("down" | "up")[],
): Promise<void> {
  const keys = typeof what === "string" ? Array.from(what, keyOf) : [keyOf(Number(what))];
  for (const key of keys) {
    for (const way of ways) {
      await send("Input.dispatchKeyEvent", strokeOf(key, way, modifiers, ways.length > 1));
    }
  }
}

function strokeOf(
  { key, code, text }: Key,
  way: "down" | "up",
  modifiers: number,
  isPress: boolean,
) {
  // With Control, Alt or Meta held a key types nothing; a `keypress` is told all the same.
  const types = way === "down" && text !== undefined && (isPress || (modifiers & 7) === 0);
  return {
    type:
      way === "up" ? ("keyUp" as const) : types ? ("keyDown" as const) : ("rawKeyDown" as const),
    key,
    windowsVirtualKeyCode: code,
    modifiers,
    ...(types && { text }),
  };
}
