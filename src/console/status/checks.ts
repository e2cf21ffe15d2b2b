import { html, raw } from "hono/html";
import type { PublicCheck, PublicDowntime } from "../../domain/monitor/index.ts";
import { phaseBar } from "./chart.ts";
import { clockOf, duration, momentOf, regionName, seconds, time } from "./format.ts";
import { icon, problemOf } from "./state.ts";

/** One check as a row; also what a live message adds to the table. */
export function checkRow(check: PublicCheck) {
  const { problem, code, timings } = check;
  const result = problem === null ? "Passed" : problemOf(problem);
  const isSignal = check.via === "signal";
  const at = clockOf(check.at) + new Date(check.at).toISOString().slice(16, 19);
  return html`<tr data-check="${check.id}" data-total="${timings.total}">
    <td>
      <time datetime="${new Date(check.at).toISOString()}" title="${momentOf(check.at)}"
        >${at}</time
      >
    </td>
    <td class="result">
      ${icon(check.passed ? "up" : "down")}
      ${result}${code > 0 ? html` <span class="code">${code}</span>` : ""}
    </td>
    <td class="region">${regionName(check.checker)}</td>
    <td class="n">${isSignal ? "" : seconds(timings.total)}</td>
    <td class="bar">${isSignal ? "" : phaseBar(timings)}</td>
  </tr>`;
}

export function checksCard(checks: readonly PublicCheck[]) {
  const longest = Math.max(...checks.map(({ timings }) => timings.total), 0);
  return html`<section id="checks" data-part class="card" aria-labelledby="checks-title">
    <header><h2 id="checks-title">Last checks</h2></header>
    <table${checks.length === 0 ? raw(" hidden") : ""}>
      <thead>
        <tr>
          <th scope="col">Time, UTC</th>
          <th scope="col">Result</th>
          <th scope="col" class="region">Region</th>
          <th scope="col" class="n">Time taken</th>
          <th scope="col" class="bar"><span class="unseen">Phases</span></th>
        </tr>
      </thead>
      <tbody style="--longest:${Math.max(longest, 1e-6)}">
        ${checks.map(checkRow)}
      </tbody>
    </table>
    ${checks.length === 0 ? html`<p class="quiet">No checks yet.</p>` : ""}
  </section>`;
}

function downtimeItem({ openedAt, closedAt, end }: PublicDowntime, now: number) {
  const ending =
    closedAt === null
      ? html`<b class="open">still down</b>`
      : html`until ${time(closedAt)}${end === "paused" ? ", when it was paused" : ""}`;
  return html`<li>
    ${icon(closedAt === null ? "down" : "idle")}
    <span>From ${time(openedAt)} ${ending}</span>
    <strong>${duration((closedAt ?? now) - openedAt)}</strong>
  </li>`;
}

export function downtimesCard(downtimes: readonly PublicDowntime[], now: number) {
  return html`<section id="downtimes" data-part class="card" aria-labelledby="downtimes-title">
    <header><h2 id="downtimes-title">Downtimes</h2></header>
    ${
      downtimes.length === 0
        ? html`<p class="quiet">None so far.</p>`
        : html`<ol class="downtimes">
            ${downtimes.map((one) => downtimeItem(one, now))}
          </ol>`
    }
  </section>`;
}
