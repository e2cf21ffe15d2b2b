/** What bench/sandbox/worker.ts answers `POST /run` with. */
export interface SandboxRun {
  /** Milliseconds of the browser's start, and of the run after it. */
  launchMs: number;
  runMs: number;
  output: string;
}
