import type { Send } from "./protocol.ts";

/** What of CDP's Page.Frame is read. */
export interface FrameInfo {
  id: string;
  parentId?: string;
  loaderId: string;
  name?: string;
  url: string;
  urlFragment?: string;
  unreachableUrl?: string;
}

export interface Frame {
  id: string;
  parentId: string | undefined;
  url: string;
  name: string;
  /** Session of the process that it lives in. */
  send: Send;
  /** Where its own scripts run; undefined between two documents. */
  context: number | undefined;
}

/** How long a frame may be without a document to run scripts in. */
const CONTEXT_MS = 3_000;

/** The frames of one page, over all processes that they live in. */
export class Frames {
  readonly #frames = new Map<string, Frame>();
  readonly #main: string;
  #current: string;
  readonly #waiters = new Set<() => void>();

  constructor(main: string, send: Send) {
    this.#main = main;
    this.#current = main;
    this.#frames.set(main, {
      id: main,
      parentId: undefined,
      url: "about:blank",
      name: "",
      send,
      context: undefined,
    });
  }

  get main(): Frame {
    return this.#get(this.#main);
  }

  /** The frame that the script has switched to. */
  get current(): Frame {
    return this.#frames.get(this.#current) ?? this.main;
  }

  has(id: string): boolean {
    return this.#frames.has(id);
  }

  attach(id: string, parentId: string | undefined, send: Send): void {
    if (this.#frames.has(id)) return;
    this.#frames.set(id, { id, parentId, url: "", name: "", send, context: undefined });
  }

  /** A document took its place in a frame. */
  commit(info: FrameInfo, send: Send): void {
    this.attach(info.id, info.parentId, send);
    const frame = this.#get(info.id);
    frame.url = info.url + (info.urlFragment ?? "");
    frame.name = info.name ?? frame.name;
    if (info.id === this.#main) {
      for (const { id } of this.#frames.values()) if (id !== this.#main) this.#frames.delete(id);
      this.#current = this.#main;
    }
  }

  detach(id: string): void {
    for (const child of this.children(id)) this.detach(child.id);
    this.#frames.delete(id);
    if (this.#current === id) this.#current = this.#main;
  }

  /** In the order of the document, as far as the browser told of them in it. */
  children(id: string): Frame[] {
    return [...this.#frames.values()].filter(({ parentId }) => parentId === id);
  }

  enter(id: string): void {
    this.#current = id;
  }

  contextCreated(frameId: string, context: number, send: Send): void {
    const frame = this.#frames.get(frameId);
    if (!frame) return;
    frame.context = context;
    frame.send = send;
    for (const wake of this.#waiters) wake();
  }

  contextDestroyed(context: number, send: Send): void {
    for (const frame of this.#frames.values()) {
      if (frame.context === context && frame.send === send) frame.context = undefined;
    }
  }

  contextsCleared(send: Send): void {
    for (const frame of this.#frames.values()) {
      if (frame.send === send) frame.context = undefined;
    }
  }

  /** The current frame once scripts can run in it; null when that does not come about. */
  async ready(): Promise<(Frame & { context: number }) | null> {
    const deadline = AbortSignal.timeout(CONTEXT_MS);
    for (;;) {
      const frame = this.current;
      if (frame.context !== undefined) return frame as Frame & { context: number };
      if (deadline.aborted) return null;
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiters.delete(wake);
          resolve();
        };
        this.#waiters.add(wake);
        deadline.addEventListener("abort", wake, { once: true });
      });
    }
  }

  #get(id: string): Frame {
    const frame = this.#frames.get(id);
    if (!frame) throw new Error("There is no such frame.");
    return frame;
  }
}
