import type { ElementFacts, NodeStates, Page, PageNode } from "../../src/domain/page.ts";

/**
 * A page written as an outline, one node a line, indented by two blanks:
 *
 *     textbox "Email" #email editable desc="you@example.com" {type=email form=f}
 *
 * After the role: the name in quotes, `#ref`, states, `level=2`, `url=`, `desc=""`, `value=""`,
 * and in braces what its HTML has (`tag=` included).
 */
export class FakePage implements Page {
  /** What was done to it, in order: `click save`, `fill email hunter2`. */
  readonly log: string[] = [];
  readonly #facts = new Map<string, ElementFacts>();
  #root: PageNode;
  readonly #more: { title?: string; url?: string; html?: string };

  constructor(outline: string, more: { title?: string; url?: string; html?: string } = {}) {
    this.#more = more;
    this.#root = this.#parse(outline);
  }

  /** Runs when something is clicked, with its ref: the page may change. */
  onClick: (ref: string) => void = () => {};

  /** The tree, at once. */
  peek(): PageNode {
    return this.#root;
  }

  become(outline: string): void {
    this.#root = this.#parse(outline);
  }

  #parse(outline: string): PageNode {
    const root: PageNode = node("RootWebArea", "root", this.#more.title ?? "");
    const stack: { indent: number; node: PageNode }[] = [{ indent: -1, node: root }];
    outline.split("\n").forEach((line, number) => {
      if (line.trim() === "") return;
      const indent = line.length - line.trimStart().length;
      const made = this.#parseLine(line.trim(), `n${number}`);
      while ((stack.at(-1)?.indent ?? -1) >= indent) stack.pop();
      stack.at(-1)?.node.children.push(made);
      stack.push({ indent, node: made });
    });
    return root;
  }

  #parseLine(line: string, fallback: string): PageNode {
    const [, role = "", rest = ""] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
    const made = node(
      role,
      /#(\S+)/.exec(rest)?.[1] ?? fallback,
      /^"([^"]*)"/.exec(rest)?.[1] ?? "",
    );
    const braces = /\{([^}]*)\}/.exec(rest)?.[1] ?? "";
    const attributes: Record<string, string> = {};
    for (const [, key = "", value = ""] of braces.matchAll(/([\w-]+)=("[^"]*"|\S+)/g)) {
      attributes[key] = value.replaceAll('"', "");
    }
    const { tag = TAGS[role] ?? "div", form, ...others } = attributes;
    this.#facts.set(made.ref, { tag, attributes: others, ...(form === undefined ? {} : { form }) });
    const plain = rest.replace(/\{[^}]*\}|^"[^"]*"/g, "");
    const description = /desc="([^"]*)"/.exec(plain)?.[1];
    if (description !== undefined) made.description = description;
    const value = /value="([^"]*)"/.exec(plain)?.[1];
    if (value !== undefined) made.value = value;
    const url = /url=(\S+)/.exec(plain)?.[1];
    if (url !== undefined) made.url = url;
    for (const [, flag = "", no] of plain.matchAll(
      /(?<=\s|^)(disabled|checked|selected|expanded|focused|focusable|required|readonly|multiline|editable|modal)(=false)?(?=\s|$)/g,
    )) {
      Object.assign(made.states, { [flag]: no === undefined });
    }
    const level = /level=(\d)/.exec(plain)?.[1];
    if (level !== undefined) made.states.level = Number(level);
    return made;
  }

  url(): string {
    return this.#more.url ?? "https://shop.example/page";
  }
  async title(): Promise<string> {
    return this.#more.title ?? "";
  }
  async tree(): Promise<PageNode> {
    return this.#root;
  }
  async facts(refs: string[]): Promise<(ElementFacts | null)[]> {
    return refs.map((ref) => this.#facts.get(ref) ?? null);
  }
  async html(): Promise<string> {
    return this.#more.html ?? "<html><body></body></html>";
  }
  async click(
    ref: string,
    { count = 1, button = "left" }: { count?: 1 | 2; button?: "left" | "right" } = {},
  ): Promise<void> {
    this.log.push(
      `${count === 2 ? "double " : ""}${button === "right" ? "right " : ""}click ${ref}`,
    );
    this.onClick(ref);
  }
  async hover(ref: string): Promise<void> {
    this.log.push(`hover ${ref}`);
  }
  async fill(ref: string, text: string): Promise<void> {
    this.log.push(`fill ${ref} ${text}`);
  }
  async choose(ref: string, options: string[]): Promise<void> {
    this.log.push(`choose ${ref} ${options.join(",")}`);
  }
  async press(key: string, ref?: string): Promise<void> {
    this.log.push(`press ${key}${ref === undefined ? "" : ` in ${ref}`}`);
  }
  async scroll(target: Parameters<Page["scroll"]>[0]): Promise<void> {
    this.log.push(`scroll ${typeof target === "string" ? target : target.ref}`);
  }
  async back(): Promise<boolean> {
    this.log.push("back");
    return true;
  }
  async forward(): Promise<boolean> {
    this.log.push("forward");
    return false;
  }
  async reload(): Promise<void> {
    this.log.push("reload");
  }
  async navigate(url: string): Promise<void> {
    this.log.push(`navigate ${url}`);
  }
}

const TAGS: Readonly<Record<string, string>> = {
  button: "button",
  link: "a",
  textbox: "input",
  searchbox: "input",
  combobox: "select",
  checkbox: "input",
  radio: "input",
};

function node(role: string, ref: string, name: string): PageNode {
  const states: NodeStates = {};
  return { ref, role, name, states, children: [] };
}
