/** What a link to a file proves by its signature. */
export interface FileLink {
  account: string;
  path: string;
  /** Unix seconds. */
  expires: number;
  signature: string;
}

/** Keeps these signatures apart from all others. */
export const LINK_PURPOSE = "file-link";

/** What is signed. A path holds no line break, so two links never sign the same text. */
export function signedText({ account, path, expires }: Omit<FileLink, "signature">): string {
  return `${account}\n${expires}\n${path}`;
}
