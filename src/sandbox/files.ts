/** What a script's `fs` shows of a path. */
export interface Stat {
  type: "file" | "folder";
  /** Bytes. */
  size: number;
  /** Milliseconds since the epoch. */
  modified: number;
  writable: boolean;
}

export interface FileLimits {
  /** Files that the script itself may have, and bytes of all of them together. */
  files: number;
  fileBytes: number;
}

/** Where a run works, and where it may write beside that. */
export const HOME = "/home/phantom/agent";
const WRITABLE = [HOME, "/tmp"];
const MAX_DEPTH = 32;
const MAX_PATH_LENGTH = 512;

interface Entry {
  bytes: Uint8Array;
  modified: number;
  /** Put there by us: to be read only, and not the script's work. */
  given: boolean;
}

/**
 * The files of one run. They are in memory and nowhere else, so there is nothing to escape to:
 * a path that leads anywhere but to them leads to nothing.
 */
export class RunFiles {
  readonly #limits: FileLimits;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #folders = new Set<string>(["/", ...WRITABLE.flatMap(parentsOf), ...WRITABLE]);
  #folder = HOME;
  #count = 0;
  #bytes = 0;

  constructor(limits: FileLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** The folder that relative paths begin at. */
  get folder(): string {
    return this.#folder;
  }

  /** Puts a file where scripts can read it. */
  give(path: string, content: string | Uint8Array): void {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    for (const folder of parentsOf(path)) this.#folders.add(folder);
    this.#entries.set(path, { bytes, modified: this.#now(), given: true });
  }

  absolute(path: string): string {
    const segments: string[] = [];
    for (const segment of (path.startsWith("/") ? path : `${this.#folder}/${path}`).split("/")) {
      if (segment === "..") segments.pop();
      else if (segment !== "" && segment !== ".") segments.push(segment);
    }
    return `/${segments.join("/")}`;
  }

  stat(path: string): Stat | null {
    const absolute = this.absolute(path);
    const entry = this.#entries.get(absolute);
    const writable = isWritable(absolute) && !entry?.given;
    if (entry) {
      return { type: "file", size: entry.bytes.byteLength, modified: entry.modified, writable };
    }
    if (!this.#folders.has(absolute)) return null;
    return { type: "folder", size: 0, modified: this.#now(), writable };
  }

  /** @throws Error in PhantomJS's words when there is no such file. */
  read(path: string): Uint8Array {
    const entry = this.#entries.get(this.absolute(path));
    if (!entry) throw new Error(`Unable to open file '${path}'`);
    return entry.bytes;
  }

  /** @throws Error when it may not be written, or there is no room. */
  write(path: string, bytes: Uint8Array, append = false): void {
    const absolute = this.absolute(path);
    const before = this.#entries.get(absolute);
    if (!isWritable(absolute) || before?.given || this.#folders.has(absolute)) {
      throw new Error(`Unable to open file '${path}'`);
    }
    // PhantomJS makes the folders that are missing.
    this.#makeFolders(parentsOf(absolute), absolute);
    const content = append && before ? joined(before.bytes, bytes) : bytes;
    const size = this.#bytes + content.byteLength - (before?.bytes.byteLength ?? 0);
    const count = this.#count + (before ? 0 : 1);
    if (count > this.#limits.files || size > this.#limits.fileBytes) {
      throw new Error(
        `No room for '${path}': a run keeps at most ${this.#limits.files} files of ${this.#limits.fileBytes} bytes together.`,
      );
    }
    this.#bytes = size;
    this.#count = count;
    this.#entries.set(absolute, { bytes: content, modified: this.#now(), given: false });
  }

  /** Names in a folder, without `.` and `..`. */
  list(path: string): string[] {
    const absolute = this.absolute(path);
    const prefix = absolute === "/" ? "/" : `${absolute}/`;
    const names = new Set<string>();
    for (const each of [...this.#entries.keys(), ...this.#folders]) {
      if (each.startsWith(prefix) && each !== prefix) {
        names.add(each.slice(prefix.length).split("/", 1).join(""));
      }
    }
    return [...names].toSorted();
  }

  /** False where it cannot be made. */
  makeFolder(path: string, parents: boolean): boolean {
    const absolute = this.absolute(path);
    const above = parentsOf(absolute);
    if (!isWritable(absolute) || this.#entries.has(absolute)) return false;
    if (!parents && above.some((folder) => !this.#folders.has(folder))) return false;
    this.#makeFolders([...above, absolute], absolute);
    return true;
  }

  /** False where there is nothing of the kind, or it is not the script's to remove. */
  remove(path: string, type: "file" | "empty" | "tree"): boolean {
    const absolute = this.absolute(path);
    const found = this.stat(absolute);
    if (!found?.writable || WRITABLE.includes(absolute)) return false;
    if (type === "file") return found.type === "file" && this.#drop(absolute);
    if (found.type !== "folder") return false;
    const inside = [...this.#entries.keys()].filter((each) => each.startsWith(`${absolute}/`));
    const below = [...this.#folders].filter((each) => each.startsWith(`${absolute}/`));
    if (type === "empty" && inside.length + below.length > 0) return false;
    for (const each of inside) this.#drop(each);
    for (const each of [...below, absolute]) this.#folders.delete(each);
    return true;
  }

  enter(path: string): boolean {
    const absolute = this.absolute(path);
    if (!this.#folders.has(absolute)) return false;
    this.#folder = absolute;
    return true;
  }

  /** What the script left in its own folder. */
  left(): { path: string; bytes: Uint8Array }[] {
    return this.within(HOME);
  }

  /** All that the script itself has put into a folder, by paths from there. */
  within(folder: string): { path: string; bytes: Uint8Array }[] {
    const prefix = `${this.absolute(folder)}/`.replace("//", "/");
    return [...this.#entries]
      .filter(([path, { given }]) => !given && path.startsWith(prefix))
      .map(([path, { bytes }]) => ({ path: path.slice(prefix.length), bytes }));
  }

  #drop(absolute: string): boolean {
    const entry = this.#entries.get(absolute);
    if (!entry || entry.given) return false;
    this.#bytes -= entry.bytes.byteLength;
    this.#count -= 1;
    return this.#entries.delete(absolute);
  }

  #makeFolders(folders: string[], absolute: string): void {
    if (absolute.length > MAX_PATH_LENGTH || folders.length > MAX_DEPTH) {
      throw new Error("The path is too long, or nested too deep.");
    }
    if (folders.some((folder) => this.#entries.has(folder))) {
      throw new Error(`Unable to open file '${absolute}'`);
    }
    const made = folders.filter((folder) => !this.#folders.has(folder));
    if (this.#folders.size + made.length > this.#limits.files + 100) {
      throw new Error("A run has no room for more folders.");
    }
    for (const folder of made) this.#folders.add(folder);
  }
}

function isWritable(absolute: string): boolean {
  return WRITABLE.some((root) => absolute === root || absolute.startsWith(`${root}/`));
}

/** The folders above a path, from the root's first on. */
function parentsOf(path: string): string[] {
  const segments = path.split("/").slice(1, -1);
  return segments.map((_, index) => `/${segments.slice(0, index + 1).join("/")}`);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.byteLength + second.byteLength);
  bytes.set(first);
  bytes.set(second, first.byteLength);
  return bytes;
}
