/** An agent of the product, worked as its clients do: by `launch.json` and `output.json`. */
import { setTimeout as wait } from "node:timers/promises";
import { Api } from "./api.ts";
import { newAccount } from "./bots.ts";

/** Between one poll and the next. */
const POLL_MS = 5;
const LIMIT_MS = 60_000;

export interface LaunchTimes {
  /** Milliseconds from the launch until the console had a byte, and a byte of the script's own. */
  firstByte: number;
  firstWord: number;
  /** Until `output.json` said that nothing runs. */
  wall: number;
  output: string;
}

/** What the product itself says first. */
const PREFACE = /^\* Container .*\n/;

interface Polled {
  data: { status: string; output: string; outputPos: number; containerId: number };
}

/** An agent with this script; gives what launches it and follows it to its end. */
export async function newAgent(outrider: Api, text: string): Promise<() => Promise<LaunchTimes>> {
  const account = await newAccount(outrider);
  const name = `bench-${crypto.randomUUID()}.js`;
  await account.post("/manage/scripts", { name, text });
  const { agent } = await account.post<{ agent: { id: number } }>("/manage/agents", {
    name: "Bench",
    script: name,
  });
  const client = new Api(outrider.origin, undefined, {
    "x-phantombuster-key-1": account.headers["x-api-key"] ?? "",
  });
  return () => launched(client, `/api/v1/agent/${agent.id}`);
}

async function launched(client: Api, agent: string): Promise<LaunchTimes> {
  const started = performance.now();
  const since = () => performance.now() - started;
  const { body } = await client.get(`${agent}/launch.json?output=json`);
  const { containerId } = (JSON.parse(body.toString()) as Polled).data;
  const times: LaunchTimes = { firstByte: NaN, firstWord: NaN, wall: NaN, output: "" };
  let from = 0;
  while (since() < LIMIT_MS) {
    const path = `${agent}/output.json?mode=track&containerId=${containerId}&fromOutputPos=${from}`;
    const { data } = JSON.parse((await client.get(path)).body.toString()) as Polled;
    from = data.outputPos;
    times.output += data.output;
    if (times.output !== "" && Number.isNaN(times.firstByte)) times.firstByte = since();
    if (times.output.replace(PREFACE, "") !== "" && Number.isNaN(times.firstWord)) {
      times.firstWord = since();
    }
    if (data.status === "not running") return { ...times, wall: since() };
    await wait(POLL_MS);
  }
  throw new Error(`The launch did not end:\n${times.output}`);
}
