import type { QuickJSEmscriptenModule } from "@jitl/quickjs-ffi-types";
import { type Build, callbacksFor, type Host } from "./build.ts";

type Cwrap = (
  name: string,
  returns: string,
  parameters: string[],
  options: { async: true },
) => (...parameters: number[]) => Promise<number>;

/**
 * For platforms without Promise Integration: this build can unwind its own stack and wind it up
 * again. It is larger and slower, and cannot wait while it only computes.
 */
export async function suspendedByItself(host: Host): Promise<Build> {
  const [{ QuickJSAsyncFFI }, { default: load }, { default: wasm }] = await Promise.all([
    import("@jitl/quickjs-wasmfile-release-asyncify/ffi"),
    import("@jitl/quickjs-wasmfile-release-asyncify/emscripten-module"),
    import("@jitl/quickjs-wasmfile-release-asyncify/wasm"),
  ]);
  const module = (await load({
    instantiateWasm: (imports, done) => {
      const instance = new WebAssembly.Instance(wasm, imports as never);
      done(instance);
      return instance.exports;
    },
  })) as unknown as QuickJSEmscriptenModule & { cwrap: Cwrap };
  // While the stack is wound up again the call comes once more, and must not be made twice.
  module.callbacks = callbacksFor(host, (asyncify, answer) =>
    asyncify
      ? asyncify.handleSleep((wake) => {
          const given = answer();
          void (given instanceof Promise ? given.then(wake) : wake(given));
        })
      : answer(),
  );
  const pointers = (count: number) => Array.from({ length: count }, () => "number");
  const evaluate = module.cwrap("QTS_Eval", "number", pointers(6), { async: true });
  const jobs = module.cwrap("QTS_ExecutePendingJob", "number", pointers(3), { async: true });
  return {
    module,
    ffi: new QuickJSAsyncFFI(module as never) as never,
    suspendsInterrupts: false,
    nests: false,
    evaluate: (context, code, length, file) => evaluate(context, code, length, file, 0, 0) as never,
    runJobs: (runtime) => jobs(runtime, -1, module._malloc(4)) as never,
  };
}
