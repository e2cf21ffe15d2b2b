/**
 * Outlives `npm start` by a moment: its standard input ends when start does, even by SIGKILL, and
 * then it sweeps what start could not. Start sends the run, one JSON text a line, the last counts.
 */
import { createInterface } from "node:readline";
import { sweepRun, type Run } from "./run-folder.ts";

// What ends start by a signal to the whole terminal or group must not end its watchdog too.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

let run: Run | undefined;
for await (const line of createInterface({ input: process.stdin })) run = JSON.parse(line) as Run;
if (run !== undefined) await sweepRun(run);
