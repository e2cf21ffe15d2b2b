import type { ProbeErrorKind } from "../../domain/monitor/probe.ts";

/** Why a probe could not be carried through, with a message for a person. */
export class ProbeFailure extends Error {
  readonly kind: ProbeErrorKind;

  constructor(kind: ProbeErrorKind, message: string) {
    super(message);
    this.name = "ProbeFailure";
    this.kind = kind;
  }
}
