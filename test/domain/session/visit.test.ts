import { describe, expect, it } from "vitest";
import type { SessionEvent } from "../../../src/domain/event.ts";
import { visitEventOf } from "../../../src/domain/session/visit.ts";

describe("visitEventOf", () => {
  it.each<[SessionEvent, string, object]>([
    [{ type: "navigation", url: "https://a.example" }, "navigation", { url: "https://a.example" }],
    [
      { type: "action", action: "double_click", element: "OK button" },
      "click",
      { action: "double_click", element: "OK button" },
    ],
    [
      { type: "action", action: "type", element: "Email field" },
      "type",
      { action: "type", element: "Email field" },
    ],
    [
      { type: "action", action: "hover", element: "Menu" },
      "hover",
      { action: "hover", element: "Menu" },
    ],
    [
      { type: "screenshot", format: "png", fullPage: true },
      "screenshot",
      { format: "png", full_page: true },
    ],
    [
      { type: "dialog", kind: "alert", message: "Hi", answer: "accepted" },
      "dialog",
      { dialog: "alert", message: "Hi", answer: "accepted" },
    ],
    [{ type: "error", message: "No such button." }, "error", { message: "No such button." }],
    [{ type: "parked" }, "parked", {}],
    [
      { type: "restored", url: "https://a.example", lost: ["forms"] },
      "restored",
      { url: "https://a.example", lost: ["forms"] },
    ],
  ])("tells %j as %s", (event, kind, details) => {
    expect(visitEventOf(event)).toEqual({ kind, details });
  });
});
