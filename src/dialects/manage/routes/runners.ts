import * as z from "zod";
import {
  createRunner,
  deleteRunner,
  getRunner,
  listRunners,
  type Runner,
} from "../../../domain/experiment/index.ts";
import { json, route } from "../../kit/index.ts";
import { ListQuery } from "../wire.ts";

const RunnerCreate = z.strictObject({ name: z.string() });

function fromRunner(runner: Runner) {
  const { id, name, capabilities, revision, experiment, lastSeenAt, createdAt } = runner;
  return {
    id,
    name,
    last_heartbeat: lastSeenAt === null ? null : new Date(lastSeenAt).toISOString(),
    capabilities,
    revision,
    experiment,
    created_at: new Date(createdAt).toISOString(),
  };
}

export const runners = [
  route({
    method: "POST",
    path: "/manage/runners",
    auth: "key",
    body: RunnerCreate,
    idempotent: true,
    withhold: (answer) => {
      const { id } = answer as { id: number };
      return `Runner ${id} was made with this Idempotency-Key; its token was shown once.`;
    },
    handle: async (ctx, { body }) => {
      const { runner, token } = await createRunner(ctx, body);
      // wire/manage.md has the three fields bare; the resource comes as all others do.
      const { id, name } = runner;
      return json({ id, name, token, runner: fromRunner(runner) }, 201);
    },
  }),
  route({
    method: "GET",
    path: "/manage/runners",
    auth: "key",
    query: ListQuery,
    handle: async (ctx, { query }) => {
      const { runners: page, total } = await listRunners(ctx, query);
      return json({ runners: page.map(fromRunner), total, ...query });
    },
  }),
  route({
    method: "GET",
    path: "/manage/runners/:id",
    auth: "key",
    handle: async (ctx, { params }) =>
      json({ runner: fromRunner(await getRunner(ctx, params.id ?? "")) }),
  }),
  route({
    method: "DELETE",
    path: "/manage/runners/:id",
    auth: "key",
    handle: async (ctx, { params }) => {
      await deleteRunner(ctx, params.id ?? "");
      return json({ status: "deleted" });
    },
  }),
];
