import { inject } from "vitest";

/** How a service meets one request; without any of it, as it does on a good day. */
export interface Behaviour {
  status?: number;
  /** The header of that name. */
  retryAfter?: string;
  location?: string;
  /** The body of its answer. */
  says?: string;
  /** Reads the request and never answers. */
  hang?: boolean;
  /** Reads the request and breaks the connection off. */
  reset?: boolean;
  /** Its answer never ends. */
  endless?: boolean;
}

/** A request that came to a box. */
export interface Received {
  query: string;
  headers: Record<string, string>;
  body: string;
  /** The service said yes. */
  taken: boolean;
}

export type Service = "slack" | "discord" | "teams" | "webhook";

export interface Box {
  /** Where a channel is to send. */
  target: string;
  /** How its next requests are met, one after the other. */
  meets: (...behaviours: Behaviour[]) => Promise<void>;
  received: () => Promise<Received[]>;
  /** JSON bodies of those that it took. */
  taken: <T>() => Promise<T[]>;
}

/** A place of one's own at a service that the tests run: `test/support/receivers.node.ts`. */
export function newBox(service: Service): Box {
  const origin = inject("receivers");
  const name = crypto.randomUUID();
  const received = async () =>
    (await (await fetch(`${origin}/${name}`)).json()) as unknown as Received[];
  return {
    target: `${origin}/${service}/${name}`,
    meets: async (...behaviours) => {
      const body = JSON.stringify(behaviours);
      await (await fetch(`${origin}/${name}`, { method: "PUT", body })).arrayBuffer();
    },
    received,
    taken: async <T>() =>
      (await received()).filter(({ taken }) => taken).map(({ body }) => JSON.parse(body) as T),
  };
}
