/**
 * What the full stack is measured against: Hono and one D1 point query, and nothing else. No key
 * is read, nothing is counted, logged or set on the answer.
 */
import type { D1Database } from "@cloudflare/workers-types";
import { Hono } from "hono";

const app = new Hono<{ Bindings: { DB: D1Database } }>();

app.get("/sessions/:id", async (c) => {
  const row = await c.env.DB.prepare(
    "SELECT id, account_id, region, created_at FROM sessions WHERE id = ?1",
  )
    .bind(c.req.param("id"))
    .first();
  return row ? c.json(row) : c.notFound();
});

/** The floor under both: a request that reads nothing. */
app.get("/nothing", (c) => c.json({ status: "ok" }));

export default app;
