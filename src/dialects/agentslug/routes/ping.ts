import { sendSignal } from "../../../domain/monitor/index.ts";
import { json, route } from "../../kit/index.ts";
import { toTestId } from "../monitors.ts";

/** wire/notes.md: push tests send their own signs of life. */
export const ping = [
  route({
    method: "POST",
    path: "/ping/:testID/heartbeat",
    auth: "key",
    handle: async (ctx, { params }) => {
      await sendSignal(ctx, toTestId(params.testID));
      return json({ msg: "OK" });
    },
  }),
];
