import type { Page } from "./page.ts";

/** What `render` is asked for. */
export interface PictureOrder {
  /** `png`, `jpg`, `jpeg`, `gif`, `bmp`, `webp`, `pdf`. */
  format: string;
  /** 0–100. */
  quality: number | null;
  clip: { left: number; top: number; width: number; height: number };
  paper: PaperSize;
}

interface PaperSize {
  width?: number | string;
  height?: number | string;
  format?: string;
  orientation?: string;
  margin?: number | string | Partial<Record<"top" | "right" | "bottom" | "left", number | string>>;
}

/** A side that Chromium can still draw. */
const MAX_SIDE = 16_384;
/** Inches. */
const A4 = [8.27, 11.69] as const;
const PAPERS: Record<string, readonly [width: number, height: number]> = {
  a3: [11.69, 16.54],
  a4: A4,
  a5: [5.83, 8.27],
  legal: [8.5, 14],
  letter: [8.5, 11],
  tabloid: [11, 17],
};
const UNITS: Record<string, number> = { px: 1 / 96, mm: 1 / 25.4, cm: 1 / 2.54, in: 1 };

/** @returns Base64. @throws Error for a format that there is no way to make. */
export async function takePicture(page: Page, order: PictureOrder): Promise<string> {
  if (order.format === "pdf") return printPage(page, order.paper);
  const format = pictureFormat(order.format);
  const { cssContentSize } = await page.send("Page.getLayoutMetrics");
  const { clip } = order;
  const area =
    clip.width > 0 && clip.height > 0
      ? { x: clip.left, y: clip.top, width: clip.width, height: clip.height }
      : { x: 0, y: 0, width: cssContentSize.width, height: cssContentSize.height };
  const { data } = await page.send("Page.captureScreenshot", {
    format,
    ...(format !== "png" && { quality: order.quality ?? 75 }),
    captureBeyondViewport: true,
    clip: {
      ...area,
      width: Math.min(area.width, MAX_SIDE),
      height: Math.min(area.height, MAX_SIDE),
      scale: 1,
    },
  });
  return data;
}

function pictureFormat(format: string): "png" | "jpeg" | "webp" {
  if (format === "jpg" || format === "jpeg") return "jpeg";
  if (format === "webp" || format === "png") return format;
  throw new Error(`render: this browser makes png, jpeg, webp and pdf, not ${format}`);
}

/** Whether there is a way to make pictures of the format. */
export function isPicture(format: string): boolean {
  return ["png", "jpg", "jpeg", "webp", "pdf"].includes(format);
}

async function printPage(page: Page, paper: PaperSize): Promise<string> {
  const named = PAPERS[String(paper.format ?? "").toLowerCase()] ?? A4;
  const { width, height, margin } = paper;
  const sides =
    width === undefined || height === undefined ? named : [inches(width), inches(height)];
  const side = (name: "top" | "right" | "bottom" | "left") =>
    inches(typeof margin === "object" ? (margin[name] ?? 0) : (margin ?? 0));
  const { data } = await page.send("Page.printToPDF", {
    printBackground: true,
    landscape: paper.orientation === "landscape",
    paperWidth: sides[0] ?? A4[0],
    paperHeight: sides[1] ?? A4[1],
    marginTop: side("top"),
    marginRight: side("right"),
    marginBottom: side("bottom"),
    marginLeft: side("left"),
  });
  return data;
}

/** A length as PhantomJS writes it: `1cm`, `10mm`, `3in`, `200px`, or a number of pixels. */
function inches(length: number | string): number {
  const [, amount = "0", unit = "px"] = /^([\d.]+)\s*(px|mm|cm|in)?$/.exec(String(length)) ?? [];
  return Number(amount) * (UNITS[unit] ?? 0);
}
