import type { QuickJSEmscriptenModule } from "@jitl/quickjs-ffi-types";
import { type Build, callbacksFor, type Host } from "./build.ts";

type Function_ = (...parameters: never[]) => unknown;

/** The platform's JavaScript Promise Integration; the typings do not know it yet. */
interface PromiseIntegration {
  Suspending: new (importing: Function_) => Function_;
  promising: (exported: Function_) => (...parameters: number[]) => Promise<number>;
}

/** The imports that may wait. The build gives them short names, so their source tells which. */
const MAY_WAIT = /\.callbacks\.(?:callFunction|shouldInterrupt)\(/;

function integration(): PromiseIntegration | null {
  const { Suspending, promising } = WebAssembly as unknown as Partial<PromiseIntegration>;
  return Suspending && promising ? { Suspending, promising } : null;
}

/** Whether this platform can suspend WebAssembly by itself. */
export function hasPromiseIntegration(): boolean {
  return integration() !== null;
}

/** The stock build; a guest is suspended by the platform, its stack kept as it is. */
export async function suspendedByPlatform(host: Host): Promise<Build> {
  const platform = integration();
  if (!platform) throw new Error("This platform cannot suspend WebAssembly.");
  const [{ QuickJSFFI }, { default: load }, { default: wasm }] = await Promise.all([
    import("@jitl/quickjs-wasmfile-release-sync/ffi"),
    import("@jitl/quickjs-wasmfile-release-sync/emscripten-module"),
    import("@jitl/quickjs-wasmfile-release-sync/wasm"),
  ]);
  const module = (await load({
    instantiateWasm: (imports, done) => {
      const suspending = Object.fromEntries(
        Object.entries(imports.a ?? {}).map(([name, value]) => [
          name,
          typeof value === "function" && MAY_WAIT.test(String(value))
            ? new platform.Suspending(value as Function_)
            : value,
        ]),
      );
      const instance = new WebAssembly.Instance(wasm, { ...imports, a: suspending as never });
      done(instance);
      return instance.exports;
    },
  })) as QuickJSEmscriptenModule & Record<"_QTS_Eval" | "_QTS_ExecutePendingJob", Function_>;
  module.callbacks = callbacksFor(host, (_asyncify, answer) => answer());
  const evaluate = platform.promising(module._QTS_Eval);
  const executeJobs = platform.promising(module._QTS_ExecutePendingJob);
  return {
    module,
    ffi: new QuickJSFFI(module),
    suspendsInterrupts: true,
    nests: true,
    evaluate: (context, code, length, file) => evaluate(context, code, length, file, 0, 0) as never,
    runJobs: (runtime) => executeJobs(runtime, -1, module._malloc(4)) as never,
  };
}
