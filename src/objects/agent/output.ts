import type { Numbered } from "../../domain/event.ts";
import type {
  AgentEvent,
  KnownOutput,
  LaunchBegin,
  LaunchEnd,
  LaunchIdentity,
  LaunchOutput,
  OutputNews,
  OutputQuery,
  OutputReading,
} from "../../domain/agent/live.ts";
import type { MessageType } from "../../domain/agent/launch.ts";
import type { Piece } from "../fan-out.ts";
import { type Chunk, ConsoleStore } from "./console-store.ts";
import { type LaunchRecord, LaunchStore } from "./launch-store.ts";
import { MessageStore, type PlacedMessage } from "./message-store.ts";

/** More launches than run at once are never looked at for what is new. */
const RECENT = 200;
/** Events in one piece of a replay. */
const PIECE = 200;

/** What an agent's launches have said: kept in the object's own SQLite, told as it comes. */
export class AgentOutput {
  readonly #console: ConsoleStore;
  readonly #messages: MessageStore;
  readonly #launches: LaunchStore;
  readonly #publish: (event: Numbered<AgentEvent>) => void;
  readonly #waiting = new Set<() => void>();
  /** Bytes of the agent's whole output, a message counting for one: what its events go by. */
  #seq: number;

  constructor(sql: SqlStorage, publish: (event: Numbered<AgentEvent>) => void) {
    this.#console = new ConsoleStore(sql);
    this.#messages = new MessageStore(sql);
    this.#launches = new LaunchStore(sql);
    this.#publish = publish;
    const ends = this.#launches.begun(RECENT).map(({ id }) => this.#console.lastSeq(id));
    this.#seq = Math.max(0, this.#messages.lastSeq, ...ends);
  }

  /** Of the newest event. */
  get latest(): number {
    return this.#seq;
  }

  begin(launch: LaunchBegin): void {
    if (!this.#launches.add(launch, true, this.#seq)) return;
    this.#say(launch.launchId, "normal", "Agent started", launch.context, launch.at);
    this.#wake();
  }

  /** What a launch tells that has not begun, or is no longer kept, is passed over. */
  tell({ launchId, console, progress, result }: OutputNews): void {
    const launch = this.#launches.find({ id: launchId });
    if (!launch?.begun || launch.end) return;
    if (console) {
      const { from, text } = console;
      const added = this.#console.append(launchId, from, text, this.#seq);
      this.#seq = added.at(-1)?.seq ?? this.#seq;
      for (const chunk of added) this.#publish(consoleEvent(chunk, launch));
    }
    if (progress) this.#launches.setProgress(launchId, progress);
    if (result) this.#launches.setResult(launchId, result);
    this.#wake();
  }

  end(launch: LaunchIdentity, end: LaunchEnd): LaunchEnd {
    this.#launches.add(launch, false, this.#seq);
    const known = this.#launches.find({ id: launch.launchId });
    if (known?.end) return known.end;
    this.#launches.setEnd(launch.launchId, end);
    this.#say(launch.launchId, typeOf(end), end.message, [], end.at);
    this.#wake();
    return end;
  }

  read({ launch: which, fromByte, messages }: OutputQuery): OutputReading {
    const launch = this.#launches.find(which);
    return {
      launch: launch && this.#outputOf(launch),
      console: launch
        ? this.#console.read(launch.id, fromByte)
        : { from: fromByte, to: fromByte, text: "" },
      messages: messages ? this.#messages.read(messages) : [],
    };
  }

  /** Resolves once there is more than is known, or when `ms` are over. */
  async wait(known: KnownOutput, ms: number): Promise<OutputReading> {
    const read = () =>
      this.read({ launch: { id: known.launchId }, fromByte: known.fromByte, messages: null });
    const timeout = Date.now() + ms;
    for (;;) {
      const reading = read();
      const left = timeout - Date.now();
      if (isNews(reading, known) || left <= 0) return reading;
      await this.#somethingNew(left);
    }
  }

  /** What came after a point of the output, in order. */
  after(seq: number): Piece<AgentEvent> {
    const consoles = this.#launches
      .begun(RECENT)
      .flatMap((launch) =>
        this.#console.after(launch.id, seq, PIECE).map((chunk) => consoleEvent(chunk, launch)),
      );
    const events = [...consoles, ...this.#messages.after(seq).map(messageEvent)].toSorted(
      (a, b) => a.seq - b.seq,
    );
    return { events: events.slice(0, PIECE), gap: null, more: events.length >= PIECE };
  }

  /** Where the output stood when the newest launch's console had emitted so many bytes. */
  seqAt(byte: number): number {
    const newest = this.#launches.find("newest");
    // From its beginning on, its first message is told too.
    if (byte === 0) return newest?.seq ?? this.#seq;
    return (newest && this.#console.seqAt(newest.id, byte)) ?? this.#seq;
  }

  forget(launchIds: number[]): void {
    for (const id of launchIds) this.#console.forget(id);
    this.#messages.forget(launchIds);
    this.#launches.forget(launchIds);
  }

  #outputOf({ id, number, begun, progress, result, results, end }: LaunchRecord): LaunchOutput {
    return {
      launchId: id,
      launchNumber: number,
      bytes: this.#console.end(id),
      progress,
      resultObject: result,
      results,
      begun,
      end,
    };
  }

  #say(launchId: number, type: MessageType, text: string, context: string[], at: number): void {
    const date = Math.floor(at / 1000);
    const placed = this.#messages.append({ launchId, date, type, text, context }, this.#seq);
    this.#seq = placed.seq;
    this.#publish(messageEvent(placed));
  }

  #somethingNew(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }
}

function isNews({ launch, console }: OutputReading, known: KnownOutput): boolean {
  if (!launch) return false;
  return (
    launch.end !== null ||
    launch.begun !== known.begun ||
    launch.results > known.results ||
    console.to > known.fromByte
  );
}

function typeOf({ status, message }: LaunchEnd): MessageType {
  if (status === "success") return "normal";
  return message === "Agent aborted" ? "warning" : "error";
}

function consoleEvent(chunk: Chunk, { id, number }: LaunchRecord): Numbered<AgentEvent> {
  const { seq, from, to, text } = chunk;
  return {
    type: "console",
    launchId: id,
    launchNumber: number,
    from,
    to,
    text,
    seq,
    at: Date.now(),
  };
}

function messageEvent({ message, seq }: PlacedMessage): Numbered<AgentEvent> {
  return { type: "message", message, seq, at: message.date * 1000 };
}
