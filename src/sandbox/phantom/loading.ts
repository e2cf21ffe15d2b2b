/** How long the end of a document's request is waited for after its page is there. */
const DOCUMENT_MS = 2_000;
/** How long a navigation that was asked for may take to begin. */
const BEGIN_MS = 1_000;
/** The browser owes a word of a navigation that the script began: without one it is given up. */
const WORD_MS = 10_000;

export interface LoadingListener {
  started: () => void;
  finished: (success: boolean) => void;
}

/**
 * Whether a page is loading, as PhantomJS tells it: from the first of its frames that begins to
 * the last one that is done. What the script begins itself counts from that moment on, before the
 * browser has said a word, so that nothing of the script's runs in between.
 */
export class Loading {
  readonly #main: string;
  readonly #listener: LoadingListener;
  readonly #frames = new Set<string>();
  #active = false;
  #failed = false;
  /** The script has begun something of which the browser has not told yet. */
  #announced = false;
  #turn = 0;
  /** A navigation was asked for by the page, and has not begun. */
  #asked: PromiseWithResolvers<void> | null = null;
  /** The main document's request is under way. */
  #document: PromiseWithResolvers<void> | null = null;

  /** @param main Id of the main frame. */
  constructor(main: string, listener: LoadingListener) {
    this.#main = main;
    this.#listener = listener;
  }

  get active(): boolean {
    return this.#active;
  }

  /** The script begins something. @returns For {@link refused}. */
  begin(): number {
    this.#announced = true;
    this.#turn += 1;
    const turn = this.#turn;
    setTimeout(() => this.#giveUp(turn), WORD_MS);
    this.#activate();
    this.#failed = false;
    return turn;
  }

  /** It came to nothing (`failed`), or there was nothing to load. Of an older one it is no news. */
  refused(turn: number, failed: boolean): void {
    if (turn !== this.#turn) return;
    if (failed) this.#failed = true;
    this.#begun();
  }

  /** The page itself asks for a navigation. */
  ask(): void {
    if (!this.#active) this.#asked ??= Promise.withResolvers<void>();
  }

  /** What was asked for will not come. */
  unask(): void {
    this.#asked?.resolve();
    this.#asked = null;
  }

  /** Resolves when what the page has asked for has begun. */
  async settled(): Promise<void> {
    if (!this.#asked) return;
    const { promise } = this.#asked;
    const timer = setTimeout(() => this.unask(), BEGIN_MS);
    await promise;
    clearTimeout(timer);
  }

  frameStarted(id: string): void {
    this.#frames.add(id);
    if (id === this.#main) this.#announced = false;
    this.#activate();
    this.unask();
  }

  frameStopped(id: string): void {
    if (this.#frames.delete(id)) this.#look();
  }

  /** A document is there. @param exists Whether a frame is still one of the page's. */
  committed(exists: (id: string) => boolean): void {
    for (const id of this.#frames) if (!exists(id)) this.#frames.delete(id);
    this.#begun();
  }

  documentAsked(): void {
    this.#document ??= Promise.withResolvers<void>();
  }

  /** All that is to be told of the document's request has been. */
  documentTold(): void {
    this.#document?.resolve();
    this.#document = null;
  }

  documentFailed(): void {
    this.#failed = true;
  }

  #activate(): void {
    if (this.#active) return;
    this.#active = true;
    this.#failed = false;
    this.#listener.started();
  }

  /** The browser has given its word on what the script began. */
  #begun(): void {
    this.#announced = false;
    this.#look();
  }

  #giveUp(turn: number): void {
    if (this.#announced) this.refused(turn, true);
  }

  #look(): void {
    if (!this.#isOver()) return;
    this.unask();
    // The browser may be done before it has told all of the document's request.
    if (this.#document) {
      void Promise.race([this.#document.promise, scheduler.wait(DOCUMENT_MS)]).then(() => {
        if (this.#isOver()) this.#finish();
      });
    } else this.#finish();
  }

  #isOver(): boolean {
    return this.#active && this.#frames.size === 0 && !this.#announced;
  }

  #finish(): void {
    const success = !this.#failed;
    this.#active = false;
    this.#failed = false;
    this.#listener.finished(success);
  }
}
