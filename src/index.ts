import { buildApp } from "./app.ts";
import {
  adspowerAnswer,
  adspowerFrame,
  adspowerNestedFrame,
  adspowerPublicFrame,
  adspowerPublicNestedFrame,
} from "./dialects/adspower/frames.ts";
import { statusFrame } from "./console/status/frame.ts";
import { flybrowserFrame } from "./dialects/flybrowser/frames.ts";
import { manageFrame } from "./dialects/manage/frames.ts";
import { AgentShell } from "./objects/agent.ts";
import { HubShell } from "./objects/hub.ts";
import { LaunchShell } from "./objects/launch.ts";
import { MonitorShell } from "./objects/monitor.ts";
import { SessionShell } from "./objects/session.ts";
import { queue } from "./runtime/queue.ts";
import { scheduled } from "./runtime/scheduled.ts";
import { createSandbox } from "./sandbox/index.ts";

export { CheckerObject } from "./objects/checker.ts";
export { MeterObject } from "./objects/meter.ts";

export class SessionObject extends SessionShell {
  protected override readonly frames = { flybrowser: flybrowserFrame };
}

export class MonitorObject extends MonitorShell {
  protected override readonly frames = { status: statusFrame };
}

export class HubObject extends HubShell {
  protected override readonly frames = {
    adspower: adspowerFrame,
    adspower_nested: adspowerNestedFrame,
    adspower_public: adspowerPublicFrame,
    adspower_public_nested: adspowerPublicNestedFrame,
  };
  protected override readonly answer = adspowerAnswer;
}

export class AgentObject extends AgentShell {
  protected override readonly frames = { manage: manageFrame };
}

export class LaunchObject extends LaunchShell {
  protected override sandbox() {
    return createSandbox();
  }
}

export default { fetch: buildApp().fetch, queue, scheduled } satisfies ExportedHandler<Env>;
