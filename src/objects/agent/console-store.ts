import type { ConsolePiece } from "../../domain/agent/launch.ts";

/** Bytes that are kept of a console's beginning, and of its end; the middle is dropped. */
export const KEPT_HEAD = 512 * 1024;
export const KEPT_TAIL = 512 * 1024;
/** Bytes in one row, at most. */
const CHUNK = 16 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** A piece as it is kept: where it stands in its console, and in the agent's whole output. */
export interface Chunk extends ConsolePiece {
  launchId: number;
  /** The agent's whole output up to the end of this. */
  seq: number;
}

/**
 * Consoles of an agent's launches. Positions are of bytes emitted (UTF-8), so that they stay true
 * whatever is dropped. One row a chunk, without a row id.
 */
export class ConsoleStore {
  readonly #sql: SqlStorage;
  /** Bytes emitted, of consoles that were asked for. */
  readonly #ends = new Map<number, number>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS console (launch INTEGER NOT NULL, "from" INTEGER NOT NULL,
      size INTEGER NOT NULL, seq INTEGER NOT NULL, text TEXT NOT NULL,
      PRIMARY KEY (launch, "from")) WITHOUT ROWID`);
  }

  /** Bytes that a console has emitted. */
  end(launchId: number): number {
    const known = this.#ends.get(launchId);
    if (known !== undefined) return known;
    const end = this.#last(launchId)?.to ?? 0;
    this.#ends.set(launchId, end);
    return end;
  }

  /** Of the agent's whole output, up to the end of a console. */
  lastSeq(launchId: number): number {
    return this.#last(launchId)?.seq ?? 0;
  }

  /**
   * Adds what is new of `text`, which stands at `from`; what is known is passed over.
   * @param seq Of the agent's output so far.
   * @returns What was added, in order.
   */
  append(launchId: number, from: number, text: string, seq: number): Chunk[] {
    const end = this.end(launchId);
    const bytes = encoder.encode(text).subarray(Math.max(0, end - from));
    let at = Math.max(from, end);
    let latest = seq;
    const added: Chunk[] = [];
    for (let start = 0; start < bytes.length;) {
      const stop = boundaryBefore(bytes, start + CHUNK);
      const size = stop - start;
      const piece = decoder.decode(bytes.subarray(start, stop));
      latest += size;
      this.#sql.exec(
        "INSERT INTO console VALUES (?, ?, ?, ?, ?)",
        launchId,
        at,
        size,
        latest,
        piece,
      );
      added.push({ launchId, from: at, to: at + size, seq: latest, text: piece });
      at += size;
      start = stop;
    }
    this.#ends.set(launchId, at);
    this.#trim(launchId, at);
    return added;
  }

  /** The console from a byte on; from one that was dropped, what comes after the note on it. */
  read(launchId: number, fromByte: number): ConsolePiece {
    const end = this.end(launchId);
    const wanted = Math.min(Math.max(0, fromByte), end);
    const gap = this.#gap(launchId);
    if (!gap || wanted > gap.from) {
      const start = gap ? Math.max(wanted, gap.to) : wanted;
      const chunks = this.#from(launchId, start);
      const [first, ...rest] = chunks;
      if (!first) return { from: start, to: end, text: "" };
      const cut = sliced(first, start);
      return { from: cut.from, to: end, text: [cut, ...rest].map(({ text }) => text).join("") };
    }
    const [first, ...rest] = this.#from(launchId, wanted);
    if (!first) return { from: wanted, to: end, text: "" };
    const cut = sliced(first, wanted);
    const text = [cut, ...rest]
      .map((chunk) => (chunk.from === gap.to ? gapNote(gap) + chunk.text : chunk.text))
      .join("");
    return { from: Math.min(cut.from, wanted), to: end, text };
  }

  /** Chunks of a console after a point of the agent's output, the first one cut there. */
  after(launchId: number, seq: number, limit: number): Chunk[] {
    const query = `SELECT * FROM console WHERE launch = ? AND seq > ? ORDER BY "from" LIMIT ?`;
    const chunks = this.#sql.exec(query, launchId, seq, limit).toArray().map(chunkOf);
    const [first] = chunks;
    if (first)
      chunks[0] = sliced(first, first.to - Math.min(first.seq - seq, first.to - first.from));
    return chunks;
  }

  /** The point of the agent's output at which a byte of a console was emitted. */
  seqAt(launchId: number, byte: number): number | null {
    const [chunk] = this.#from(launchId, byte, 1);
    if (!chunk) return null;
    return chunk.seq - (chunk.to - Math.max(chunk.from, byte));
  }

  forget(launchId: number): void {
    this.#sql.exec("DELETE FROM console WHERE launch = ?", launchId);
    this.#ends.delete(launchId);
  }

  #trim(launchId: number, end: number): void {
    const before = end - KEPT_TAIL - CHUNK;
    if (before < KEPT_HEAD) return;
    const query = `DELETE FROM console WHERE launch = ? AND "from" >= ? AND "from" <= ?`;
    this.#sql.exec(query, launchId, KEPT_HEAD, before);
  }

  /** What was dropped of a console; null for nothing. */
  #gap(launchId: number): { from: number; to: number } | null {
    const head = this.#one(
      `WHERE launch = ? AND "from" < ? ORDER BY "from" DESC LIMIT 1`,
      launchId,
      KEPT_HEAD,
    );
    const tail = this.#one(
      `WHERE launch = ? AND "from" >= ? ORDER BY "from" LIMIT 1`,
      launchId,
      KEPT_HEAD,
    );
    return head && tail && tail.from > head.to ? { from: head.to, to: tail.from } : null;
  }

  /** From the chunk on that a byte stands in, or the next one. */
  #from(launchId: number, byte: number, limit = -1): Chunk[] {
    const before = this.#one(
      `WHERE launch = ? AND "from" <= ? ORDER BY "from" DESC LIMIT 1`,
      launchId,
      byte,
    );
    const start = before && before.to > byte ? before.from : byte;
    const query = `SELECT * FROM console WHERE launch = ? AND "from" >= ? ORDER BY "from" LIMIT ?`;
    return this.#sql.exec(query, launchId, start, limit).toArray().map(chunkOf);
  }

  #last(launchId: number): Chunk | undefined {
    return this.#one(`WHERE launch = ? ORDER BY "from" DESC LIMIT 1`, launchId);
  }

  #one(where: string, ...parameters: number[]): Chunk | undefined {
    return this.#sql
      .exec(`SELECT * FROM console ${where}`, ...parameters)
      .toArray()
      .map(chunkOf)[0];
  }
}

/** What stands in the place of what was dropped; no byte of it counts. */
export function gapNote({ from, to }: { from: number; to: number }): string {
  return `\n* ${to - from} bytes of output were dropped here\n`;
}

function chunkOf(row: Record<string, SqlStorageValue>): Chunk {
  const from = Number(row.from);
  return {
    launchId: Number(row.launch),
    from,
    to: from + Number(row.size),
    seq: Number(row.seq),
    text: String(row.text),
  };
}

/** From a byte on; never from the middle of a character. */
function sliced(chunk: Chunk, byte: number): Chunk {
  if (byte <= chunk.from) return chunk;
  const bytes = encoder.encode(chunk.text);
  const start = boundaryBefore(bytes, byte - chunk.from);
  return { ...chunk, from: chunk.from + start, text: decoder.decode(bytes.subarray(start)) };
}

/** The last place at or before `at` where a character begins, or the end. */
function boundaryBefore(bytes: Uint8Array, at: number): number {
  let boundary = Math.min(at, bytes.length);
  while (boundary > 0 && boundary < bytes.length && ((bytes[boundary] ?? 0) & 0xc0) === 0x80) {
    boundary -= 1;
  }
  return boundary;
}
