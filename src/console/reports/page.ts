import { html, raw } from "hono/html";
import { CATEGORIES, type Report } from "../../domain/experiment/index.ts";
import { browse } from "./browse.js";
import { REPORT_STYLE } from "./style.ts";

/** The page of one experiment's report. */
export async function reportPage(report: Report, hash: string): Promise<Response> {
  const { experiment, toolchains } = report;
  const { name, progress, status } = experiment;
  const nonce = crypto.randomUUID();
  const base = `/console/reports/${hash}`;
  const text = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${name}: report</title>
        <style>
          ${raw(REPORT_STYLE)}
        </style>
      </head>
      <body>
        <div class="page">
          <header>
            <h1>${name}</h1>
            <p>
              ${toolchains.join(" against ")} · ${experiment.mode} · ${status} · ${progress.done} of
              ${progress.total} crates done
            </p>
          </header>
          <main>${experiment.reportedAt === null ? pending(report) : found(report, base)}</main>
          <footer>${momentOf(report)}</footer>
        </div>
        ${
          report.pieces > 0
            ? html`<script nonce="${nonce}">
                ${raw(script({ base, pieces: report.pieces }))};
              </script>`
            : ""
        }
      </body>
    </html>`;
  return new Response(String(text), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        `script-src 'nonce-${nonce}'`,
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ].join("; "),
      // The hash is in the address.
      "referrer-policy": "no-referrer",
    },
  });
}

/** Bundlers that keep names wrap functions in a helper, `__name`, which no page has. */
function script(options: { base: string; pieces: number }): string {
  const json = JSON.stringify(options).replaceAll("<", "\\u003c");
  return `{ const __name = (fn) => fn; (${browse.toString()})(${json}) }`;
}

function pending({ experiment: { status } }: Report) {
  return html`<section>
    <p>
      ${
        status === "queued" || status === "running"
          ? "The report comes when the experiment has ended."
          : "The report is being built. Load the page again in a moment."
      }
    </p>
  </section>`;
}

function found(report: Report, base: string) {
  const { counts, toolchains } = report;
  const told = CATEGORIES.filter((category) => counts[category] > 0);
  const sum = told.reduce((total, category) => total + counts[category], 0);
  if (told.every((category) => category === "unknown")) {
    return html`<section><p>No results were sent.</p></section>`;
  }
  return html`<section>
      <div class="bar" aria-hidden="true">
        ${told.map(
          (category) =>
            html`<i style="flex: ${counts[category]} 0 0; --tone: var(--${category})"></i>`,
        )}
      </div>
      <ul class="counts" aria-label="Categories">
        ${told.map(
          (category) =>
            html`<li>
              <button
                type="button"
                data-category="${category}"
                aria-pressed="false"
                style="--tone: var(--${category})"
              >
                <b>${counts[category]}</b> ${category}
              </button>
            </li>`,
        )}
      </ul>
    </section>
    <section>
      <div class="find">
        <label>Find a crate <input id="find" type="search" autocomplete="off" /></label>
        <span id="said" role="status">${sum} crates</span>
        <a href="${base}/results.json">JSON</a>
        <a href="${base}/results.csv">CSV</a>
      </div>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>Crate</th>
              <th>Category</th>
              ${toolchains.map((name) => html`<th>${name}</th>`)}
            </tr>
          </thead>
          <tbody id="rows"></tbody>
        </table>
      </div>
    </section>`;
}

function momentOf({ experiment: { reportedAt } }: Report): string {
  if (reportedAt === null) return "";
  return `Built ${new Date(reportedAt).toISOString().slice(0, 19).replace("T", " ")} UTC by Outrider.`;
}
