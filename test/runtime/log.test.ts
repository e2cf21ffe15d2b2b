import { env } from "cloudflare:workers";
import { sql } from "drizzle-orm";
import { afterEach, expect, it, vi } from "vitest";
import { createLog } from "../../src/runtime/log.ts";
import { openDatabase } from "../../src/store/database.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

it("tells of a failed statement without what it was given", async () => {
  const lines = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const db = openDatabase(env.DB);
  const failed = await db
    .run(sql`INSERT INTO nowhere (secret) VALUES (${"a tenant's secret"})`)
    .then(
      () => null,
      (error: unknown) => error,
    );
  expect(failed).toBeInstanceOf(Error);
  createLog({ request_id: "r-1" }).error("fault", failed);
  const line = String(lines.mock.calls[0]?.[0]);
  expect(line).not.toContain("a tenant's secret");
  expect(JSON.parse(line)).toMatchObject({
    event: "fault",
    request_id: "r-1",
    error: { cause: expect.stringContaining("no such table: nowhere") },
  });
});
