import { expect, it } from "vitest";
import { sharedWork, wholeWork } from "../../support/work.ts";

it("runners of today work an experiment off though some die and some repeat themselves", async () => {
  await expect(sharedWork(40, 5)).resolves.toBeUndefined();
});

it("a runner of the document's day takes a whole experiment and completes it", async () => {
  await expect(wholeWork(15)).resolves.toBeUndefined();
});
