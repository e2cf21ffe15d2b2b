import type { RunFiles } from "../files.ts";
import { base64Of, fromBase64 } from "../binary.ts";
import type { RunWorld } from "../../domain/ports.ts";
import type { PhantomBrowser } from "./browser.ts";
import { addCookie, type PhantomCookie, readCookies, removeCookies } from "./cookies.ts";
import { evaluate, run } from "./evaluate.ts";
import type { Frame } from "./frames.ts";
import { inPageUpload } from "./in-page.ts";
import { type InputEvent, type MousePlace, sendInput } from "./input.ts";
import type { LocalFiles } from "./local-files.ts";
import type { Page } from "./page.ts";
import { isPicture, type PictureOrder, takePicture } from "./picture.ts";
import type { PageSettings } from "./settings.ts";

export interface PhantomParts {
  browser: PhantomBrowser;
  files: RunFiles;
  local: LocalFiles;
  world: Pick<RunWorld, "assertAllowed" | "tell">;
}

interface Opening {
  url: string;
  method: string;
  headers: Record<string, string>;
  data: string | null;
  settings: PageSettings;
}

type Operation = (page: Page, value: never) => unknown;

/** What a page is told, with no word of its own: answered at once. */
export const TELLING = {
  listen: (page, names: string[]) => {
    page.listens = new Set(names);
  },
  lock: (page, locked: boolean) => {
    page.locked = locked;
  },
  switchToMainFrame: (page) => page.frames.enter(page.targetId),
  switchToParentFrame: ({ frames }) => {
    const { parentId } = frames.current;
    if (parentId === undefined) return false;
    frames.enter(parentId);
    return true;
  },
  switchToFrame: async ({ frames }, which: string | number) => {
    const frame = await childOf(frames.children(frames.current.id), which);
    if (frame) frames.enter(frame.id);
    return frame !== undefined;
  },
} satisfies Record<string, Operation>;

/** What a page is asked or made to do; it may ask the script something meanwhile. */
export function workings({ browser, files, local, world }: PhantomParts) {
  const mice = new WeakMap<Page, MousePlace>();

  async function open(page: Page, opening: Opening): Promise<void> {
    const { method, headers, data, settings } = opening;
    const url = local.asked(opening.url) ?? addressOf(opening.url);
    await page.use(settings, browser.userAgent);
    const turn = page.begin(url === null ? opening.url : local.shown(url));
    try {
      if (url === null) {
        throw new Error(`Protocol "${opening.url.split(":", 1).join("")}" is unknown`);
      }
      if (/^https?:/.test(url) && !local.owns(url) && browser.servers.portOf(url) === null)
        await world.assertAllowed(url);
      page.openWith({ method, headers, data });
    } catch (error) {
      page.notify("onResourceError", [
        { id: 0, url: opening.url, errorCode: 201, errorString: (error as Error).message },
      ]);
      page.loading.refused(turn, true);
      return;
    }
    // Answered when the page has come, which the script does not wait for.
    page
      .send("Page.navigate", { url })
      .then(({ errorText, loaderId }) => {
        const failed = errorText !== undefined;
        if (failed || loaderId === undefined) page.loading.refused(turn, failed);
      })
      .catch(() => page.loading.refused(turn, true));
  }

  async function history(page: Page, steps: number): Promise<boolean> {
    const { currentIndex, entries } = await page.send("Page.getNavigationHistory");
    const entry = entries[currentIndex + steps];
    if (!entry) return false;
    page.begin(local.shown(entry.url), "BackOrForward");
    await page.send("Page.navigateToHistoryEntry", { entryId: entry.id });
    return true;
  }

  const read = (expression: string) => async (page: Page) => (await run(page, expression)) ?? "";
  const readMain = (expression: string) => async (page: Page) =>
    (await run(page, expression, page.frames.main)) ?? "";

  return {
    url: (page) => page.url,
    title: readMain("document.title"),
    content: readMain(HTML),
    setContent: (page, content: string) => setContent(page, page.frames.main, content),
    plainText: readMain(TEXT),
    loading: (page) => page.loading.active,
    loadingProgress: (page) => (page.loading.active ? 50 : 100),
    canGoBack: (page) => canGo(page, -1),
    canGoForward: (page) => canGo(page, 1),
    windowName: (page) => page.openedAs ?? readMain("window.name")(page),
    frameUrl: async (page) =>
      local.shown(String((await run(page, "document.location.href")) ?? "")),
    frameTitle: read("document.title"),
    frameContent: read(HTML),
    setFrameContent: (page, content: string) => setContent(page, page.frames.current, content),
    framePlainText: read(TEXT),
    frameName: read("window.name"),
    focusedFrameName: read("window.name"),
    framesCount: ({ frames }) => frames.children(frames.current.id).length,
    framesName: ({ frames }) =>
      Promise.all(frames.children(frames.current.id).map((frame) => nameOf(frame))),
    switchToFocusedFrame: () => null,
    viewportSize: ({ viewport }) => viewport,
    setViewportSize: async (page, { width, height }: { width: number; height: number }) => {
      page.viewport = { width: Number(width) || 0, height: Number(height) || 0 };
      await page.applyViewport();
    },
    scrollPosition: (page) =>
      run(page, "({ left: window.scrollX, top: window.scrollY })", page.frames.main),
    setScrollPosition: (page, { left, top }: { left: number; top: number }) =>
      run(page, `window.scrollTo(${Number(left) || 0}, ${Number(top) || 0})`, page.frames.main),
    zoomFactor: ({ zoom }) => zoom,
    setZoomFactor: async (page, factor: number) => {
      page.zoom = Number(factor) || 1;
      await run(
        page,
        `void (document.documentElement.style.zoom = ${page.zoom})`,
        page.frames.main,
      );
    },
    customHeaders: ({ customHeaders }) => customHeaders,
    setCustomHeaders: (page, headers: Record<string, string>) => {
      page.customHeaders = headers ?? {};
    },
    cookies: (page) => readCookies(page.send, page.url),
    setCookies: async (page, cookies: PhantomCookie[]) => {
      await removeCookies(page.send, undefined, page.url);
      for (const cookie of cookies) await addCookie(page.send, cookie, page.url);
    },
    addCookie: (page, cookie: PhantomCookie) => addCookie(page.send, cookie, page.url),
    deleteCookie: (page, name: string) => removeCookies(page.send, name, page.url),
    clearCookies: (page) => removeCookies(page.send, undefined, page.url),

    evaluate: (page, source: string) => evaluate(page, source),
    inject: (page, source: string) => run(page, source),
    include: async (page, url: string) => {
      const script = JSON.stringify(url);
      await run(
        page,
        `new Promise(function (done) {
        var script = document.createElement("script");
        script.onload = script.onerror = function () { done(null); };
        script.src = ${script};
        (document.head || document.documentElement).appendChild(script);
      })`,
      );
    },
    open,
    goBack: (page) => history(page, -1),
    goForward: (page) => history(page, 1),
    go: (page, steps: number) => history(page, steps),
    reload: async (page) => {
      page.begin(page.url, "Reload");
      await page.send("Page.reload");
    },
    stop: (page) => page.send("Page.stopLoading"),
    setContentAt: async (page, { content, url }: { content: string; url: string }) => {
      page.stand(content);
      await open(page, {
        url,
        method: "GET",
        headers: {},
        data: null,
        settings: page.settings ?? {},
      });
    },
    close: (page) => browser.close(page),

    sendEvent: async (page, event: InputEvent) => {
      const mouse = mice.get(page) ?? { x: 0, y: 0 };
      mice.set(page, mouse);
      await sendInput(page.send, event, mouse);
      if (/click/.test(event.type))
        world.tell({ type: "click", element: `${mouse.x}, ${mouse.y}` });
      await page.loading.settled();
    },
    upload: (page, { selector, files: paths }: { selector: string; files: string[] }) => {
      const chosen = paths.map((path) => ({
        name: path.replace(/.*\//, ""),
        base64: base64Of(files.read(path)),
      }));
      return run(page, inPageUpload(selector, chosen));
    },
    render: async (page, { path, picture }: { path: string; picture: PictureOrder }) => {
      if (!isPicture(picture.format)) return false;
      files.write(path, fromBase64(await takePicture(page, picture)));
      world.tell({ type: "screenshot", format: picture.format });
      return true;
    },
    renderBase64: (page, picture: PictureOrder) => takePicture(page, picture),
  } satisfies Record<string, Operation>;
}

const HTML = `(function () {
  var type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) : "";
  return type + (document.documentElement ? document.documentElement.outerHTML : "");
})()`;
const TEXT = "(document.body ? document.body.innerText : '')";

/**
 * Where a script wants to go. It may leave the scheme out; what is neither the web nor made by
 * the script itself is no address here.
 */
function addressOf(url: string): string | null {
  const trimmed = url.trim();
  if (trimmed === "") return "about:blank";
  if (/^(?:https?:|data:|blob:|about:blank(?:[?#]|$))/i.test(trimmed)) return trimmed;
  if (/^[a-z][a-z\d+.-]*:(?!\d)/i.test(trimmed)) return null;
  return `http://${trimmed.replace(/^\/\//, "")}`;
}

async function setContent(page: Page, frame: Frame, content: string): Promise<void> {
  await run(
    page,
    `(function (html) { document.open(); document.write(html); document.close(); })(${JSON.stringify(content)})`,
    frame,
  );
}

async function canGo(page: Page, steps: number): Promise<boolean> {
  const { currentIndex, entries } = await page.send("Page.getNavigationHistory");
  return entries[currentIndex + steps] !== undefined;
}

async function childOf(children: Frame[], which: string | number): Promise<Frame | undefined> {
  if (typeof which === "number") return children[which];
  for (const frame of children) {
    if ((await nameOf(frame)) === which) return frame;
  }
  return undefined;
}

/** The name that the frame has now, be it changed by its own scripts. */
async function nameOf(frame: Frame): Promise<string> {
  if (frame.context === undefined) return frame.name;
  try {
    const { result } = await frame.send("Runtime.evaluate", {
      expression: "window.name",
      contextId: frame.context,
      returnByValue: true,
    });
    return String(result.value ?? frame.name);
  } catch {
    return frame.name;
  }
}
