import type {
  Agent,
  AgentMessage,
  AgentOutput,
  AgentStatus,
  Launch,
  LaunchAgentInput,
  LaunchGlimpse,
  LaunchStatus,
  ReadOutputInput,
  SaveScriptInput,
  Script,
  ScriptSummary,
  UserUsage,
} from "../../domain/agent/index.ts";
import { Fault } from "../../domain/errors.ts";
import type { Glimpse } from "./follow.ts";
import type { LaunchOptions, Output, OutputQuery, ScriptSave } from "./wire.ts";

/** Between the wire's spelling and the domain's. Pure. */

/** @throws Fault NOT_FOUND for what is no number: wire/phantombuster.rst, "Errors". */
export function toId(text: string | undefined, what: "Agent" | "Script"): number {
  if (!/^\d{1,15}$/.test(text ?? "")) throw new Fault("NOT_FOUND", `${what} not found`);
  return Number(text);
}

/** What stands last in a path, where `.json` may follow it or not. */
export function withoutSuffix(text = ""): string {
  return text.replace(/\.json$/, "");
}

const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);
const secondsOrNull = (at: number | null) => (at === null ? null : seconds(at));

/* ---- Launches ---- */

/** Parameters may stand in the query or in the body; the body's count. */
export function merged(query: LaunchOptions, body: LaunchOptions): LaunchOptions {
  const said = Object.entries(body).filter(([, value]) => value !== undefined);
  return { ...query, ...Object.fromEntries(said) };
}

/** Either option given puts both of the saved ones aside: they work together. */
export function toLaunch(agentId: number, options: LaunchOptions): LaunchAgentInput {
  const { command, argument, saveLaunchOptions } = options;
  if (command === undefined && argument === undefined) return { agentId };
  return {
    agentId,
    command: command ?? null,
    argument: argument ?? "{}",
    saveOptions: saveLaunchOptions === true,
  };
}

/**
 * The document's `launch.json` answers with nothing; later generations left the suffix out, or say
 * what they want.
 */
export function toOutput({ output }: LaunchOptions, suffix: boolean): Output | "nothing" {
  return output ?? (suffix ? "nothing" : "json");
}

export function toGlimpse({ launch, console, resultObject }: LaunchGlimpse): Glimpse {
  const { status, startedAt, endedAt, endStatus, endMessage, exitCode } = launch;
  const took = startedAt === null || endedAt === null ? 0 : endedAt - startedAt;
  const end = {
    message: endMessage ?? "",
    succeeded: endStatus === "success",
    exitCode,
    seconds: Math.round(took / 1000),
  };
  return {
    status,
    text: console.text,
    result: resultObject,
    end: status === "ended" ? end : null,
  };
}

/** One that ended: wire/notes.md, `agent/{id}/containers.json`. */
export function fromLaunch(launch: Launch) {
  const { id, queuedAt, startedAt, type, launchNumber, endedAt, exitCode } = launch;
  return {
    id,
    queueDate: seconds(queuedAt),
    launchDate: secondsOrNull(startedAt),
    // Retries go by themselves too.
    launchType: type === "manual" ? "manual" : "automatic",
    launchNumber,
    endDate: secondsOrNull(endedAt),
    lastEndMessage: launch.endMessage,
    lastEndStatus: launch.endStatus,
    exitCode,
  };
}

/* ---- Output ---- */

const AGENT_STATUS: Record<AgentStatus, string> = {
  queued: "queued",
  running: "running",
  idle: "not running",
};

const CONTAINER_STATUS: Record<LaunchStatus, string> = {
  queued: "queued",
  running: "running",
  ended: "not running",
};

/** Messages of a client that does not say from where on: "a few last messages". */
const FEW = 10;

/** Whoever speaks of containers, or leaves `.json` out, is of a later generation. */
function isLater({ mode, containerId }: OutputQuery, suffix: boolean): boolean {
  return !suffix || mode !== undefined || containerId !== undefined;
}

/** Whether one container is followed, whatever comes after it. */
export function isTracking({ mode, containerId = 0 }: OutputQuery): boolean {
  return mode === "track" || (mode === undefined && containerId > 0);
}

export function toReadOutput(agentId: number, query: OutputQuery, suffix: boolean) {
  const { containerId, launchNumber, fromOutputPos = 0 } = query;
  const messages = toMessages(query, suffix);
  return {
    agentId,
    fromByte: fromOutputPos,
    ...(messages && { messages }),
    ...(isTracking(query)
      ? { ...(containerId !== undefined && { launchId: containerId }) }
      : { ...(launchNumber !== undefined && { launchNumber }) }),
  } satisfies ReadOutputInput;
}

/**
 * The document's `fromMessageId` is the first message wanted. Later clients send the biggest that
 * they have, and want none when they send nothing.
 */
function toMessages(query: OutputQuery, suffix: boolean): ReadOutputInput["messages"] {
  const { fromMessageId } = query;
  if (isLater(query, suffix)) {
    return fromMessageId === undefined || fromMessageId < 0
      ? undefined
      : { from: fromMessageId + 1 };
  }
  if (fromMessageId === undefined) return { last: FEW };
  return fromMessageId < 0 ? undefined : { from: fromMessageId };
}

/** `containerId`, `launchNumber`, `output` and `outputPos` always speak of the same launch. */
export function fromOutput(found: AgentOutput, query: OutputQuery, now: number) {
  const { status, launch, console, messages, resultObject } = found;
  const word = AGENT_STATUS[status];
  return {
    status: word,
    agentStatus: word,
    ...(isTracking(query) && launch && { containerStatus: CONTAINER_STATUS[launch.status] }),
    runningContainers: found.running,
    queuedContainers: found.queued,
    launchNumber: launch?.launchNumber ?? found.latestLaunchNumber,
    containerId: launch?.id ?? 0,
    ...progressField(found, now),
    messages: messages.map(fromMessage),
    output: console.text,
    outputPos: console.to,
    ...(resultObject !== null &&
      !query.withoutResultObject && { resultObject: JSON.parse(resultObject) as unknown }),
  };
}

/** Of a launch that runs and has told of some; its `runtime` in seconds. */
function progressField({ launch, progress }: AgentOutput, now: number) {
  if (progress === null || launch?.status !== "running") return {};
  const { ratio, label } = progress;
  const runtime = seconds(Math.max(0, now - (launch.startedAt ?? now)));
  return { progress: { progress: ratio, label, runtime } };
}

/** Whether the newest launch is another than the one that the caller has a position in. */
export function isOfAnother({ launch }: AgentOutput, query: OutputQuery): boolean {
  const { containerId = 0, fromOutputPos = 0 } = query;
  return !isTracking(query) && containerId > 0 && fromOutputPos > 0 && launch?.id !== containerId;
}

function fromMessage({ id, date, text, type, context }: AgentMessage) {
  return { id, date, dateUtc: date, text, type, context };
}

/* ---- Agents and scripts ---- */

/** wire/notes.md, `agent/{id}.json`. What an agent here has no choice of is as it is. */
export function fromAgent(agent: Agent, accountId: string, script: Script | null) {
  return {
    id: agent.id,
    name: agent.name,
    scriptId: agent.scriptId ?? 0,
    proxy: "none",
    proxyAddress: null,
    proxyUsername: null,
    proxyPassword: null,
    disableWebSecurity: false,
    ignoreSslErrors: false,
    loadImages: true,
    launch: agent.schedule ? "repeatedly" : "manually",
    nbLaunches: agent.launchNumber,
    showDebug: false,
    awsFolder: `agents/${agent.id}`,
    // Seconds.
    executionTimeLimit: agent.executionTimeLimit,
    fileMgmt: "folders",
    lastEndMessage: agent.lastEndMessage,
    lastEndStatus: agent.lastEndStatus,
    maxParallelExecs: agent.maxParallelExecs,
    userAwsFolder: accountId,
    ...(script && { script: fromScript(script) }),
  };
}

export function fromScript(script: ScriptSummary & Partial<Pick<Script, "text">>) {
  const { id, name, source, text, updatedAt } = script;
  return {
    id,
    name,
    source,
    url: null,
    ...(text !== undefined && { text }),
    httpHeaders: null,
    lastSaveDate: seconds(updatedAt),
  };
}

export function textless({ text: _text, ...summary }: Script): ScriptSummary {
  return summary;
}

export function toSaveScript(name: string, body: ScriptSave): SaveScriptInput {
  const { text, source, insertOnly } = body;
  return { name, text, insertOnly: insertOnly === true, ...(source !== undefined && { source }) };
}

/**
 * wire/notes.md, `user.json`. There is one plan: what the deployment allows an account.
 * @param outputs - Of the agents that run.
 */
export function fromUsage(usage: UserUsage, outputs: Map<number, AgentOutput>, now: number) {
  const { email, executionTime, letters, storage, running, queued } = usage;
  return {
    email,
    plan: {
      key: "outrider",
      name: "Outrider",
      executionTime: executionTime.limit,
      emails: letters.limit,
      size: storage.limit,
    },
    timeLeft: Math.floor(executionTime.left),
    emailsLeft: letters.left,
    // Nobody solves any here.
    captchasLeft: 0,
    storageLeft: storage.left,
    runningContainers: running,
    queuedContainers: queued,
    agents: usage.agents.map((agent) => fromListedAgent(agent, outputs.get(agent.id), now)),
  };
}

function fromListedAgent(agent: Agent, output: AgentOutput | undefined, now: number) {
  return {
    id: agent.id,
    name: agent.name,
    scriptId: agent.scriptId ?? 0,
    lastEndMessage: agent.lastEndMessage,
    lastEndStatus: agent.lastEndStatus,
    running: agent.running > 0,
    runningContainers: agent.running,
    queuedContainers: agent.queued,
    ...(output && progressField(output, now)),
  };
}
