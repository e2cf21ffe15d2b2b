import { checkIdOf, checkKeyOf } from "../../domain/monitor/check-id.ts";
import { MINUTE_MS } from "../../domain/monitor/due.ts";
import {
  type Check,
  CHECK_MEANS,
  type CheckErrorKind,
  type CheckMeans,
} from "../../domain/monitor/monitor.ts";
import { PROBE_ERRORS } from "../../domain/monitor/probe.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";

/**
 * Checks packed into one row, about 30 bytes each:
 *
 *     row      = version(1) firstMinute dictionary entry*
 *     dictionary = count text*                      checkers and words
 *     entry    = monitor length payload             `length` lets a reader skip what is not asked for
 *     payload  = minute turn checker at flags code namelookup connect pretransfer starttransfer
 *                total documentLength [word] [errorKind errorMessage]
 *
 * All numbers are varints but `version`, `flags` and `errorKind`, which are bytes. `minute` counts
 * from `firstMinute`, `at` is milliseconds into the minute, times are microseconds; `checker` and
 * `word` are places in the dictionary. New error kinds may only be appended to their list.
 */
const VERSION = 1;
const PASSED = 1;
const REDIRECT = 2;
const HAS_ERROR = 4;
const HAS_WORD = 8;
const MEANS_SHIFT = 4;
const MAX_MESSAGE_LENGTH = 300;
const MICROSECONDS = 1_000_000;

/** In the order in which they are numbered. */
const ERROR_KINDS: readonly CheckErrorKind[] = ["overdue", ...PROBE_ERRORS];

/** @param firstMinute Minutes since the epoch; no check may be numbered in an earlier one. */
export function packChecks(checks: readonly Check[], firstMinute: number): Uint8Array<ArrayBuffer> {
  const words = new Map<string, number>();
  const placeOf = (text: string) => {
    const place = words.get(text) ?? words.size;
    words.set(text, place);
    return place;
  };
  const body = new ByteWriter();
  const payload = new ByteWriter();
  for (const check of checks) {
    payload.clear();
    writePayload(payload, check, firstMinute, placeOf);
    body.varint(check.monitorId);
    body.block(payload.written());
  }
  const head = new ByteWriter();
  head.byte(VERSION);
  head.varint(firstMinute);
  head.varint(words.size);
  for (const word of words.keys()) head.text(word);
  const packed = new Uint8Array(head.written().byteLength + body.written().byteLength);
  packed.set(head.written());
  packed.set(body.written(), head.written().byteLength);
  return packed;
}

/** @param monitorId Only this one's; null for all. */
export function unpackChecks(bytes: Uint8Array, monitorId: number | null = null): Check[] {
  const { reader, firstMinute, words } = openRow(bytes);
  const checks: Check[] = [];
  while (!reader.atEnd) {
    const monitor = reader.varint();
    const length = reader.varint();
    if (monitorId !== null && monitor !== monitorId) reader.skip(length);
    else checks.push(readPayload(reader, monitor, firstMinute, words));
  }
  return checks;
}

/** How many of them belong to some monitors, without reading what they say. */
export function countChecks(bytes: Uint8Array, isCounted: (monitorId: number) => boolean): number {
  const reader = openRow(bytes).reader;
  let count = 0;
  while (!reader.atEnd) {
    if (isCounted(reader.varint())) count += 1;
    reader.skip(reader.varint());
  }
  return count;
}

function openRow(bytes: Uint8Array): { reader: ByteReader; firstMinute: number; words: string[] } {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== VERSION) throw new Error(`Checks packed as version ${version}`);
  const firstMinute = reader.varint();
  const words = Array.from({ length: reader.varint() }, () => reader.text());
  return { reader, firstMinute, words };
}

function writePayload(
  writer: ByteWriter,
  check: Check,
  firstMinute: number,
  placeOf: (text: string) => number,
): void {
  const { minute, turn } = checkKeyOf(check.id);
  const { namelookup, connect, pretransfer, starttransfer, total } = check.timings;
  writer.varint(minute - firstMinute);
  writer.varint(turn);
  writer.varint(placeOf(check.checker));
  writer.varint(Math.max(0, check.at - minute * MINUTE_MS));
  writer.byte(
    (check.passed ? PASSED : 0) +
      (check.redirect ? REDIRECT : 0) +
      (check.error ? HAS_ERROR : 0) +
      (check.word === "" ? 0 : HAS_WORD) +
      (CHECK_MEANS.indexOf(check.via) << MEANS_SHIFT),
  );
  writer.varint(check.code);
  for (const seconds of [namelookup, connect, pretransfer, starttransfer, total]) {
    writer.varint(Math.max(0, Math.round(seconds * MICROSECONDS)));
  }
  writer.varint(Math.max(0, Math.round(check.documentLength)));
  if (check.word !== "") writer.varint(placeOf(check.word));
  if (check.error) {
    writer.byte(ERROR_KINDS.indexOf(check.error.kind));
    writer.text(check.error.message.slice(0, MAX_MESSAGE_LENGTH));
  }
}

function readPayload(
  reader: ByteReader,
  monitorId: number,
  firstMinute: number,
  words: string[],
): Check {
  const minute = firstMinute + reader.varint();
  const turn = reader.varint();
  const checker = words[reader.varint()] ?? "";
  const at = minute * MINUTE_MS + reader.varint();
  const flags = reader.byte();
  const code = reader.varint();
  const seconds = () => reader.varint() / MICROSECONDS;
  const timings = {
    namelookup: seconds(),
    connect: seconds(),
    pretransfer: seconds(),
    starttransfer: seconds(),
    total: seconds(),
  };
  const documentLength = reader.varint();
  const word = (flags & HAS_WORD) === 0 ? "" : (words[reader.varint()] ?? "");
  const error =
    (flags & HAS_ERROR) === 0
      ? null
      : { kind: ERROR_KINDS[reader.byte()] ?? "protocol", message: reader.text() };
  return {
    id: checkIdOf({ minute, monitorId, turn }),
    monitorId,
    at,
    checker,
    passed: (flags & PASSED) !== 0,
    code,
    redirect: (flags & REDIRECT) !== 0,
    word,
    timings,
    documentLength,
    via: meansOf(flags >> MEANS_SHIFT),
    error,
  };
}

function meansOf(place: number): CheckMeans {
  return CHECK_MEANS[place] ?? "socket";
}
