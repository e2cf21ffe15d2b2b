/** How far into a document its own word on its charset is believed (HTML says 1,024 bytes). */
const PRESCAN_BYTES = 4096;

/**
 * The text of a document. Its charset is told by, in this order: a byte order mark, the
 * Content-Type, `<meta charset>` or the XML declaration; else it is UTF-8 where it can be, and
 * windows-1252 where it cannot, as browsers have it.
 * @param contentType The Content-Type field; null without one.
 */
export function decodeText(bytes: Uint8Array, contentType: string | null): string {
  const declared =
    decoderOf(markOf(bytes)) ?? decoderOf(parameterOf(contentType)) ?? decoderOf(prescan(bytes));
  if (declared) return declared.decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function markOf([first, second, third]: Uint8Array): string | null {
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return null;
}

function parameterOf(contentType: string | null): string | null {
  return /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType ?? "")?.[1] ?? null;
}

function prescan(bytes: Uint8Array): string | null {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, PRESCAN_BYTES));
  const xml = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([^"']+)["']/i.exec(start)?.[1];
  const meta = /<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([^\s"'/>;]+)/i.exec(start)?.[1];
  const label = (xml ?? meta)?.toLowerCase() ?? null;
  // What could be read as ASCII is not UTF-16, whatever it says.
  return label?.startsWith("utf-16") ? "utf-8" : label;
}

/** Null for a charset that nobody knows. */
function decoderOf(label: string | null): TextDecoder | null {
  if (label === null) return null;
  try {
    return new TextDecoder(label);
  } catch {
    return null;
  }
}
