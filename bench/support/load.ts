import type { Api } from "./api.ts";

/** What is asked again and again, and how many milliseconds each answer took. */
export interface Target {
  api: Api;
  path: string;
  samples: number[];
}

/** So many clients, each asking again as soon as it has its answer. */
export async function load(one: Target, clients: number, requests: number): Promise<void> {
  let left = requests;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const started = performance.now();
      await one.api.get(one.path);
      one.samples.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}
