import { buildApp } from "./app.ts";
import { flybrowserFrame } from "./dialects/flybrowser/frames.ts";
import { SessionShell } from "./objects/session.ts";
import { scheduled } from "./runtime/scheduled.ts";

export { MeterObject } from "./objects/meter.ts";

export class SessionObject extends SessionShell {
  protected override readonly frames = { flybrowser: flybrowserFrame };
}

export default { fetch: buildApp().fetch, scheduled } satisfies ExportedHandler<Env>;
