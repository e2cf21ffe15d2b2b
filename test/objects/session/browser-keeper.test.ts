import { describe, expect, it } from "vitest";
import type { Browser } from "../../../src/domain/ports.ts";
import { Fault } from "../../../src/domain/errors.ts";
import { BrowserKeeper } from "../../../src/objects/session/browser-keeper.ts";

/** A keeper whose browsers and turns are only written down, in the order in which it happens. */
function keeper(turn: () => Promise<void> = async () => {}) {
  const log: string[] = [];
  const stored = new Map<string, unknown>();
  let launched = 0;
  const giveBack = Promise.withResolvers<void>();
  const launch = async () => {
    launched += 1;
    const id = `browser ${launched}`;
    log.push(`launch ${id}`);
    let connected = true;
    return {
      id,
      get connected() {
        return connected;
      },
      onNotice: () => {},
      close: async () => {
        connected = false;
        log.push(`close ${id}`);
      },
    } as unknown as Browser;
  };
  const kept = new BrowserKeeper({
    launcher: { launch, join: async () => null },
    snapshots: { load: async () => null } as never,
    storage: {
      get: (key: string) => stored.get(key),
      put: (key: string, value: unknown) => void stored.set(key, value),
      delete: (key: string) => stored.delete(key),
    } as unknown as SyncKvStorage,
    inTurn: async (work) => {
      await turn();
      return work();
    },
    leaveLine: async () => {
      await giveBack.promise;
      log.push("leave");
    },
    onNotice: () => {},
    onRestored: () => {},
  });
  return { kept, log, giveBack };
}

describe("the keeper of a session's browser", () => {
  it("launches the next one only after the turn of the last was given back", async () => {
    const { kept, log, giveBack } = keeper();
    await kept.get();
    const dropped = kept.drop();
    const next = kept.get();
    giveBack.resolve();
    await Promise.all([dropped, next]);
    expect(log).toEqual(["launch browser 1", "close browser 1", "leave", "launch browser 2"]);
    expect(kept.holds).toBe(true);
  });

  it("owes its turn from the moment it stands in line until it was given back", async () => {
    let held: boolean | undefined;
    const { kept, giveBack } = keeper(async () => {
      held = kept.holds;
    });
    expect(kept.holds).toBe(false);
    await kept.get();
    expect(held).toBe(true);
    const dropped = kept.drop();
    expect(kept.holds).toBe(true);
    giveBack.resolve();
    await dropped;
    expect(kept.holds).toBe(false);
  });

  it("still owes a turn that could not be given back, and tries again when it parks", async () => {
    const { kept, log, giveBack } = keeper();
    await kept.get();
    giveBack.reject(new Error("the catalogue is away"));
    await expect(kept.drop()).rejects.toThrow("away");
    expect(kept.holds).toBe(true);
    expect(log).toEqual(["launch browser 1", "close browser 1"]);
    await expect(kept.park()).rejects.toThrow("away");
  });

  it("owes nothing when no turn came", async () => {
    const { kept } = keeper(async () => {
      throw new Fault("UNAVAILABLE", "No browser is free just now.");
    });
    await expect(kept.get()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(kept.holds).toBe(false);
  });
});
