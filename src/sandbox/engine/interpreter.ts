import type {
  BorrowedHeapCharPointer,
  JSContextPointer,
  JSRuntimePointer,
  JSValueConstPointer,
  JSValuePointer,
} from "@jitl/quickjs-ffi-types";
import type { Build } from "./build.ts";
import { suspendedByItself } from "./asyncify.ts";
import { hasPromiseIntegration, suspendedByPlatform } from "./jspi.ts";

/** Name of the one function through which a guest reaches the host. */
const HOST_FUNCTION = "__host";
/** Bytes of the guest's own stack: some thousand frames. The platform's own holds more. */
const STACK_BYTES = 240_000;
/** A guest that only computes lets others run after so many interrupts, a few milliseconds each. */
const INTERRUPTS_PER_TURN = 8;
/** Bytes of WebAssembly memory; it begins with 16 MiB. */
const LARGE_HEAP = 24 * 1024 * 1024;

export interface InterpreterOptions {
  /**
   * Answers a guest's call, at once or later; both texts and the answer are JSON. It does not
   * throw or reject.
   */
  answer: (operation: string, argument: string) => string | Promise<string>;
  /** Interrupts that the guest may take in all. */
  interrupts: number;
  /** Bytes of its heap. */
  memory: number;
  /** Lets the host's other work run; true ends the guest. */
  rest: () => Promise<boolean>;
  /** Which build to use: the platform's own way where it has one. */
  build?: "jspi" | "asyncify";
}

/** The one call that the interpreter answers itself: `{file, source}`, evaluated as a file. */
const EVALUATE = "evaluate";

/** Something that the guest threw and nobody caught. */
export interface Uncaught {
  name: string;
  message: string;
  /** Lines such as `    at open (script.js:12:5)`; "" where it was no error. */
  stack: string;
}

/**
 * One JavaScript world of its own (QuickJS), with nothing in it but the language and one
 * function, `__host(operation, json)`, that stands still in the guest while the host works.
 */
export class Interpreter {
  readonly #build: Build;
  readonly #runtime: JSRuntimePointer;
  readonly #context: JSContextPointer;
  readonly #budget: { left: number; spent: boolean };
  /** It cannot go on. */
  broken = false;

  static async create(options: InterpreterOptions): Promise<Interpreter> {
    const budget = { left: options.interrupts, spent: false };
    const start =
      (options.build ?? preferred()) === "jspi" ? suspendedByPlatform : suspendedByItself;
    let guest: Interpreter | undefined;
    let turn = 0;
    const build: Build = await start({
      call: (context, argc, argv) => {
        if (!guest || argc < 2) throw new Error("A call from nowhere");
        return guest.#answer(options, context, argv);
      },
      interrupt: () => {
        budget.left -= 1;
        if (budget.left < 0) {
          budget.spent = true;
          return 1;
        }
        turn += 1;
        if (!guest || !guest.#build.suspendsInterrupts) return 0;
        // Single steps take long where the heap is large.
        const isLarge = guest.#build.module.HEAPU8.byteLength > LARGE_HEAP;
        if (!isLarge && turn % INTERRUPTS_PER_TURN !== 0) return 0;
        return options.rest().then((ended) => (ended ? 1 : 0));
      },
    });
    guest = new Interpreter(build, options.memory, budget);
    return guest;
  }

  private constructor(build: Build, memory: number, budget: { left: number; spent: boolean }) {
    const { ffi } = build;
    this.#build = build;
    this.#budget = budget;
    this.#runtime = ffi.QTS_NewRuntime();
    ffi.QTS_RuntimeSetMemoryLimit(this.#runtime, memory);
    ffi.QTS_RuntimeSetMaxStackSize(this.#runtime, STACK_BYTES);
    this.#context = ffi.QTS_NewContext(this.#runtime, 0 as never);
    const host = ffi.QTS_NewFunction(this.#context, HOST_FUNCTION, 2, false, 1 as never);
    const global = ffi.QTS_GetGlobalObject(this.#context);
    ffi.QTS_SetProp(this.#context, global, this.#newString(HOST_FUNCTION), host);
    ffi.QTS_RuntimeEnableInterruptHandler(this.#runtime);
  }

  /** The guest used up its interrupts. */
  get exhausted(): boolean {
    return this.#budget.spent;
  }

  /** Evaluates a script, its lines counted under `file`. @returns What nobody caught. */
  async evaluate(code: string, file: string): Promise<Uncaught | null> {
    try {
      return this.#take(await this.#evaluate(code, file));
    } catch (error) {
      return this.#lost(error);
    }
  }

  /** Runs what the guest's promises have set free. @returns What nobody caught. */
  async settlePromises(): Promise<Uncaught | null> {
    if (!this.#build.ffi.QTS_IsJobPending(this.#runtime)) return null;
    try {
      return this.#take(await this.#build.runJobs(this.#runtime));
    } catch (error) {
      return this.#lost(error);
    }
  }

  /** Nothing more is evaluated: what runs now is ended at its next interrupt. */
  stop(): void {
    this.#budget.left = 0;
  }

  async #evaluate(code: string, file: string): Promise<JSValuePointer> {
    const { module, evaluate } = this.#build;
    const { pointer, length } = this.#text(code);
    const name = this.#text(file);
    const result = await evaluate(this.#context, pointer, length, name.pointer);
    module._free(pointer as never);
    module._free(name.pointer as never);
    return result;
  }

  #take(result: JSValuePointer): Uncaught | null {
    const { ffi } = this.#build;
    const thrown = ffi.QTS_ResolveException(this.#context, result);
    ffi.QTS_FreeValuePointer(this.#context, result);
    if (!thrown) return null;
    const told = uncaught(this.#dump(thrown));
    ffi.QTS_FreeValuePointer(this.#context, thrown);
    return told;
  }

  /** The machine below gave way: too deep for its stack. There is no going on from there. */
  #lost(error: unknown): Uncaught {
    if (!(error instanceof RangeError || error instanceof WebAssembly.RuntimeError)) throw error;
    this.broken = true;
    return { name: "InternalError", message: "stack overflow", stack: "" };
  }

  #answer(
    { answer }: InterpreterOptions,
    context: JSContextPointer,
    argv: number,
  ): JSValuePointer | Promise<JSValuePointer> {
    const operation = this.#argument(context, argv, 0);
    const argument = this.#argument(context, argv, 1);
    if (operation === EVALUATE) return this.#nested(argument);
    const given = answer(operation, argument);
    return typeof given === "string"
      ? this.#newString(given)
      : given.then((text) => this.#newString(text));
  }

  /** The guest loads a file: the value, or what the file throws, is the guest's own. */
  #nested(argument: string): JSValuePointer | Promise<JSValuePointer> {
    if (!this.#build.nests) return this.#newString("cannot");
    const { file, source } = JSON.parse(argument) as { file: string; source: string };
    return this.#evaluate(source, file);
  }

  #argument(context: JSContextPointer, argv: number, index: number): string {
    const { ffi, module } = this.#build;
    const value = ffi.QTS_ArgvGetJSValueConstPointer(argv as never, index);
    const characters = ffi.QTS_GetString(context, value);
    const text = module.UTF8ToString(characters as never);
    ffi.QTS_FreeCString(context, characters);
    return text;
  }

  #dump(value: JSValuePointer | JSValueConstPointer): unknown {
    const { ffi, module } = this.#build;
    const characters = ffi.QTS_Dump(this.#context, value);
    const text = module.UTF8ToString(characters as never);
    ffi.QTS_FreeCString(this.#context, characters);
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }

  #newString(text: string): JSValuePointer {
    const { pointer } = this.#text(text);
    const value = this.#build.ffi.QTS_NewString(this.#context, pointer);
    this.#build.module._free(pointer as never);
    return value;
  }

  /** On the guest's heap, for the caller to free. */
  #text(text: string): { pointer: BorrowedHeapCharPointer; length: number } {
    const { module } = this.#build;
    const bytes = encoder.encode(text);
    const pointer = module._malloc(bytes.byteLength + 1) as unknown as number;
    module.HEAPU8.set(bytes, pointer);
    module.HEAPU8[pointer + bytes.byteLength] = 0;
    return { pointer: pointer as never, length: bytes.byteLength };
  }
}

const encoder = new TextEncoder();

function preferred(): "jspi" | "asyncify" {
  return hasPromiseIntegration() ? "jspi" : "asyncify";
}

function uncaught(thrown: unknown): Uncaught {
  if (typeof thrown !== "object" || thrown === null) {
    return { name: "Error", message: String(thrown), stack: "" };
  }
  const { name = "Error", message = "", stack = "" } = thrown as Partial<Uncaught>;
  return { name: String(name), message: String(message), stack: String(stack) };
}
