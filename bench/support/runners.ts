/** Experiments and the runners that work on them. */
import { Api } from "./api.ts";

export const TOOLCHAINS = ["stable", "beta"];
/** Crates in one request. */
const PART = 1000;

/** Queues an experiment with so many crates, a part at a time. */
export async function newExperiment(
  account: Api,
  name: string,
  crates: number,
  shared: boolean,
): Promise<void> {
  const wish = { name, shared, toolchains: TOOLCHAINS, crates: [] };
  await account.post("/manage/experiments", wish);
  for (let from = 0; from < crates; from += PART) {
    const part = Array.from({ length: Math.min(PART, crates - from) }, (_, index) =>
      JSON.stringify(crateOf(from + index)),
    );
    const more = from + PART < crates ? "?more=1" : "";
    const path = `/manage/experiments/${name}/crates${more}`;
    await account.sendText("POST", path, part.join("\n"));
  }
}

export function crateOf(index: number): object {
  return { Registry: { name: `crate-${index}`, version: "1.0.0" } };
}

/** A runner of today that has taken the next experiment. */
export async function newRunner(account: Api, name: string): Promise<Api> {
  const { token } = await account.post<{ token: string }>("/manage/runners", { name });
  const runner = new Api(account.origin, undefined, { authorization: `CraterToken ${token}` });
  await runner.post("/agent-api/next-experiment", {});
  return runner;
}
