/**
 * What the full stack is measured against: Hono and the least that D1 and R2 have to do, and nothing
 * else. No key is read, nothing is counted, logged or set on the answer.
 */
import type { D1Database, R2Bucket } from "@cloudflare/workers-types";
import { Hono } from "hono";

const app = new Hono<{ Bindings: { DB: D1Database; FILES: R2Bucket } }>();

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

/** Work to be dealt out, afresh, beside which bench/experiments.ts measures. */
app.post("/work", async (c) => {
  const { crates } = await c.req.json<{ crates: number }>();
  await c.env.DB.batch([
    c.env.DB.prepare("DROP TABLE IF EXISTS bare_crates"),
    c.env.DB.prepare("DROP TABLE IF EXISTS bare_results"),
    c.env.DB.prepare("CREATE TABLE bare_crates (id INTEGER PRIMARY KEY, taken INTEGER)"),
    c.env.DB.prepare("CREATE INDEX bare_untaken ON bare_crates (id) WHERE taken = 0"),
    c.env.DB.prepare(
      "CREATE TABLE bare_results (crate, toolchain, result, PRIMARY KEY (crate, toolchain)) WITHOUT ROWID",
    ),
    c.env.DB.prepare(`WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)
      INSERT INTO bare_crates SELECT i, 0 FROM n`).bind(crates),
  ]);
  return c.json({});
});

app.post("/queue/next", async (c) => {
  const row = await c.env.DB.prepare(`UPDATE bare_crates SET taken = 1
    WHERE id = (SELECT id FROM bare_crates WHERE taken = 0 ORDER BY id LIMIT 1) RETURNING id`).first(
    "id",
  );
  return c.json(row);
});

app.post("/queue/record", async (c) => {
  const { crate, toolchain, result, log } = await c.req.json<Record<string, string>>();
  const packed = new Blob([Uint8Array.from(atob(log ?? ""), (char) => char.charCodeAt(0))])
    .stream()
    .pipeThrough(new CompressionStream("gzip"));
  const bytes = await new Response(packed).arrayBuffer();
  await c.env.FILES.put(`bare/${crate}-${toolchain}`, bytes);
  await c.env.DB.prepare("INSERT INTO bare_results VALUES (?1, ?2, ?3)")
    .bind(crate, toolchain, result)
    .run();
  return c.json({});
});

export default app;
