import { expect, it } from "vitest";
import { sharedWork, wholeWork } from "../../support/work.ts";

it("runners of today work an experiment off though some die and some repeat themselves", async () => {
  await expect(sharedWork(24, 4)).resolves.toBeUndefined();
}, 120_000);

it("a runner of the document's day takes a whole experiment and completes it", async () => {
  await expect(wholeWork(15)).resolves.toBeUndefined();
}, 120_000);
