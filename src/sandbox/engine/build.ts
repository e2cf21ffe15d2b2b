import type {
  Asyncify,
  JSContextPointer,
  JSRuntimePointer,
  JSValuePointer,
  QuickJSEmscriptenModule,
  QuickJSFFI,
} from "@jitl/quickjs-ffi-types";

/** What a build of QuickJS needs to know of who uses it. */
export interface Host {
  /** One call of the guest's, its arguments at `argv`; the answer is a value of the guest's. */
  call: (
    context: JSContextPointer,
    argc: number,
    argv: number,
  ) => JSValuePointer | Promise<JSValuePointer>;
  /** Asked every few thousand steps of the interpreter: 1 stops the guest. */
  interrupt: () => 0 | 1 | Promise<0 | 1>;
}

/**
 * One instance of QuickJS in WebAssembly whose guest can be suspended while the host waits for a
 * promise. One evaluation at a time.
 */
export interface Build {
  readonly module: QuickJSEmscriptenModule;
  readonly ffi: QuickJSFFI;
  /** Whether {@link Host.interrupt} may answer with a promise. */
  readonly suspendsInterrupts: boolean;
  /** Whether the guest can evaluate a file while it evaluates another. */
  readonly nests: boolean;
  /** All pointers. */
  evaluate: (
    context: JSContextPointer,
    code: number,
    length: number,
    file: number,
  ) => Promise<JSValuePointer>;
  /** Runs what promises have set free. */
  runJobs: (runtime: JSRuntimePointer) => Promise<JSValuePointer>;
}

type Callbacks = QuickJSEmscriptenModule["callbacks"];

/** Modules of the language itself are not offered: scripts `require`. */
export function callbacksFor(host: Host, wait: Wait): Callbacks {
  return {
    callFunction: (asyncify, context, _this, argc, argv) =>
      wait(asyncify, () => host.call(context, argc, argv)) as JSValuePointer,
    shouldInterrupt: (asyncify) => wait(asyncify, () => host.interrupt()) as 0 | 1,
    loadModuleSource: () => 0 as never,
    normalizeModule: () => 0 as never,
    freeHostRef: () => {},
  };
}

/** How a build hands an answer to its guest, be it a promise. */
export type Wait = <T>(asyncify: Asyncify | undefined, answer: () => T | Promise<T>) => unknown;
