import { Buffer } from "node:buffer";
import { Fault } from "../../domain/errors.ts";
import type { Picture, ScreenshotOptions } from "../../domain/ports.ts";
import { callOn, evaluateHandle, ScriptError } from "./evaluate.ts";
import { boxInPage, find } from "./in-page.js";
import { within } from "./limit.ts";
import { pictureSize } from "./picture.ts";
import type { Tab } from "./tab.ts";

interface Clip {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** WebP holds no longer side. Beyond one more Chromium draws none, and a picture repeats itself. */
const MAX_SIDE = 16_383;

/** Pictures the viewport, the whole page or one element of it. */
export async function takePicture(
  tab: Tab,
  { format, fullPage, selector, quality }: ScreenshotOptions,
  signal: AbortSignal,
): Promise<Picture> {
  let clip: Clip | undefined;
  if (selector !== undefined) clip = await clipOf(tab, selector, signal);
  else if (fullPage) clip = await wholePage(tab, signal);
  const { data } = await within(
    signal,
    tab.channel.send("Page.captureScreenshot", {
      format,
      ...(quality === undefined || format === "png" ? {} : { quality }),
      ...(clip ? { clip: { ...clip, scale: 1 }, captureBeyondViewport: true } : {}),
    }),
  );
  const bytes = decode(data);
  const size = pictureSize(bytes);
  if (!size) throw new Error("The browser gave no picture.");
  return { bytes, ...size };
}

/** Prints the page as PDF. */
export async function printPage(tab: Tab, signal: AbortSignal): Promise<Uint8Array> {
  const { data } = await within(
    signal,
    tab.channel.send("Page.printToPDF", { printBackground: true, preferCSSPageSize: true }),
  );
  return decode(data);
}

async function wholePage(tab: Tab, signal: AbortSignal): Promise<Clip> {
  const { cssContentSize } = await within(signal, tab.channel.send("Page.getLayoutMetrics"));
  return {
    x: 0,
    y: 0,
    width: Math.min(cssContentSize.width, MAX_SIDE),
    height: Math.min(cssContentSize.height, MAX_SIDE),
  };
}

async function clipOf(tab: Tab, selector: string, signal: AbortSignal): Promise<Clip> {
  let handle;
  try {
    handle = await evaluateHandle(tab.channel, signal, find, selector);
  } catch (error) {
    if (error instanceof ScriptError) {
      throw new Fault("BAD_REQUEST", `"${selector}" is not a valid CSS selector.`);
    }
    throw error;
  }
  if (!handle) throw new Fault("BAD_REQUEST", `No element matches "${selector}".`);
  const box = await callOn(tab.channel, signal, handle, boxInPage);
  if (!box) throw new Fault("BAD_REQUEST", `The element "${selector}" is not visible.`);
  // Whole pixels: a picture cannot have half of one.
  const [x, y] = [Math.floor(box.x), Math.floor(box.y)];
  return {
    x,
    y,
    width: Math.min(Math.ceil(box.x + box.width) - x, MAX_SIDE),
    height: Math.min(Math.ceil(box.y + box.height) - y, MAX_SIDE),
  };
}

function decode(base64: string): Uint8Array {
  const { buffer, byteOffset, byteLength } = Buffer.from(base64, "base64");
  return new Uint8Array(buffer, byteOffset, byteLength);
}
