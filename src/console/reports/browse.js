/**
 * Runs in the page of a report: reads its pieces one after another and shows the crates that are
 * searched for. It is sent as its source text, so it must stand alone.
 *
 * @import * as Browse from "./browse.d.ts"
 */

/** @type {typeof Browse.browse} */
export function browse({ base, pieces }) {
  const SHOWN = 200;
  const field = document.querySelector("input");
  const body = document.querySelector("tbody");
  const said = document.querySelector("#said");
  if (!field || !body || !said) return;
  /** @type {Browse.BrowseRow[]} */
  const rows = [];
  /** @type {string | undefined} */
  let category;

  /** @type {NodeListOf<HTMLButtonElement>} */
  const buttons = document.querySelectorAll("button[data-category]");
  const order = Array.from(buttons, (button) => button.dataset.category);

  /** @type {(line: HTMLTableRowElement, content: string | Node) => HTMLTableCellElement} */
  const cell = (line, content) => {
    const made = line.insertCell();
    made.append(content);
    return made;
  };

  /** @type {(row: Browse.BrowseRow, toolchain: number) => string | Node} */
  const resultOf = ({ results, logs, position }, toolchain) => {
    const result = results[toolchain] ?? "–";
    if (!logs[toolchain]) return result;
    const link = document.createElement("a");
    link.href = `${base}/logs/${position}/${toolchain}`;
    link.textContent = result;
    return link;
  };

  const show = () => {
    const wanted = field.value.trim().toLowerCase();
    const found = rows.filter(
      (row) =>
        (category === undefined || row.category === category) &&
        row.name.toLowerCase().includes(wanted),
    );
    // The worst first, as the categories stand on the page.
    found.sort((one, other) => order.indexOf(one.category) - order.indexOf(other.category));
    body.replaceChildren();
    for (const row of found.slice(0, SHOWN)) {
      const line = body.insertRow();
      cell(line, row.name);
      const tag = cell(line, row.category);
      tag.className = "tag";
      tag.style.setProperty("--tone", `var(--${row.category})`);
      for (const toolchain of row.results.keys()) cell(line, resultOf(row, toolchain));
    }
    const first = found.length > SHOWN ? `, the first ${SHOWN} shown` : "";
    said.textContent = `${found.length} of ${rows.length} crates${first}`;
  };

  for (const button of buttons) {
    button.addEventListener("click", () => {
      const own = button.dataset.category;
      category = category === own ? undefined : own;
      for (const other of buttons) {
        other.setAttribute("aria-pressed", String(other.dataset.category === category));
      }
      show();
    });
  }
  field.addEventListener("input", show);

  const read = async () => {
    for (let piece = 0; piece < pieces; piece += 1) {
      const response = await fetch(`${base}/pieces/${piece}`);
      if (!response.ok) throw new Error(`Answered ${response.status}`);
      /** @type {Browse.BrowseRow[]} */
      const more = await response.json();
      rows.push(...more);
      show();
    }
  };
  read().catch(() => {
    said.textContent = "The list could not be read. Load the page again.";
  });
}
