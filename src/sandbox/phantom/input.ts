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
  // The browser takes them in order: there is no need to wait for each before the next is sent.
  const all = async (...events: Promise<unknown>[]) => {
    await Promise.all(events);
  };
  const click = (count: number) => [
    dispatch("mousePressed", count),
    dispatch("mouseReleased", count),
  ];
  switch (type) {
    case "mousemove":
      return all(dispatch("mouseMoved", 0));
    case "mousedown":
      return all(dispatch("mousePressed", 1));
    case "mouseup":
      return all(dispatch("mouseReleased", 1));
    case "click":
      return all(dispatch("mouseMoved", 0), ...click(1));
    case "doubleclick":
    case "mousedoubleclick":
      return all(dispatch("mouseMoved", 0), ...click(1), ...click(2));
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
  const strokes = keys.flatMap((key) =>
    ways.map((way) => strokeOf(key, way, modifiers, ways.length > 1)),
  );
  await Promise.all(strokes.map((stroke) => send("Input.dispatchKeyEvent", stroke)));
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
