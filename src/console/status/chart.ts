import { html } from "hono/html";
import type { PhaseTimings, Stat } from "../../domain/monitor/index.ts";
import { clockOf, regionName, seconds } from "./format.ts";

/** A response's phases in the order in which they happen, as they are stacked from below. */
const PHASES = [
  ["dns", "Name look-up"],
  ["connect", "Connection"],
  ["tls", "TLS"],
  ["wait", "First byte"],
  ["transfer", "Transfer"],
] as const;
type Phase = (typeof PHASES)[number][0];

const HOURS = 24;
const HOUR_MS = 3_600_000;

/** How long each phase took, in seconds: curl's timings are cumulative, and 0 where never reached. */
export function phasesOf(timings: PhaseTimings): Record<Phase, number> {
  const { namelookup, total } = timings;
  const connect = Math.max(namelookup, timings.connect);
  const pretransfer = Math.max(connect, timings.pretransfer);
  const starttransfer = Math.max(pretransfer, timings.starttransfer);
  return {
    dns: namelookup,
    connect: connect - namelookup,
    tls: pretransfer - connect,
    wait: starttransfer - pretransfer,
    transfer: Math.max(0, total - starttransfer),
  };
}

/** A thin stacked bar of one check, as long as it took beside the table's longest. */
export function phaseBar(timings: PhaseTimings) {
  const phases = phasesOf(timings);
  const title = PHASES.map(([phase, name]) => `${name} ${seconds(phases[phase])}`).join(", ");
  return html`<span class="phases" title="${title}"
    >${PHASES.map(
      ([phase]) => html`<i class="${phase}" style="--t:${phases[phase].toFixed(6)}"></i>`,
    )}</span
  >`;
}

interface Hour {
  at: number;
  checks: number;
  /** Mean seconds. */
  mean: Record<Phase, number>;
  total: number;
}

function hourOf(at: number, stat: Stat | undefined): Hour | null {
  if (!stat || stat.checks === 0) return null;
  const { namelookup, connect, pretransfer, starttransfer, total } = stat.timings;
  const each = (sum: number) => sum / stat.checks;
  const timings = {
    namelookup: each(namelookup),
    connect: each(connect),
    pretransfer: each(pretransfer),
    starttransfer: each(starttransfer),
    total: each(total),
  };
  return { at, checks: stat.checks, mean: phasesOf(timings), total: timings.total };
}

/** The next round figure: 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-4)));
  return (
    [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * 0.999) ?? 10 * power
  );
}

function column(hour: Hour | null, at: number, top: number) {
  if (!hour) return html`<i class="col" title="${clockOf(at)} UTC: no checks"></i>`;
  const height = (phase: Phase) => ((hour.mean[phase] / top) * 100).toFixed(2);
  const title = `${clockOf(at)} UTC: ${seconds(hour.total)} on average, ${hour.checks} checks`;
  return html`<i class="col" title="${title}"
    >${PHASES.map(([phase]) => html`<b class="${phase}" style="height:${height(phase)}%"></b>`)}</i
  >`;
}

function figure(checker: string, hours: (Hour | null)[], first: number, top: number) {
  const known = hours.filter((hour) => hour !== null);
  const checks = known.reduce((sum, hour) => sum + hour.checks, 0);
  const mean = known.reduce((sum, hour) => sum + hour.total * hour.checks, 0) / checks;
  return html`<figure>
    <figcaption>
      <span>${regionName(checker)}</span><span>${seconds(mean)} on average</span>
    </figcaption>
    <div class="plot" role="img" aria-label="${regionName(checker)}: ${seconds(mean)} on average">
      <span class="grid" style="bottom:100%">${seconds(top)}</span>
      <span class="grid" style="bottom:50%">${seconds(top / 2)}</span>
      <div class="cols">
        ${hours.map((hour, index) => column(hour, first + index * HOUR_MS, top))}
      </div>
    </div>
    <p class="ends"><span>${clockOf(first)} UTC</span><span>now</span></p>
  </figure>`;
}

function table(rows: { checker: string; hour: Hour }[]) {
  return html`<details>
    <summary>As a table</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Response times by hour">
      <table>
        <thead>
          <tr>
            <th scope="col">Hour, UTC</th>
            <th scope="col">Region</th>
            ${PHASES.map(([, name]) => html`<th scope="col">${name}</th>`)}
            <th scope="col">Total</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ checker, hour }) =>
              html`<tr>
                <td>${clockOf(hour.at)}</td>
                <td>${regionName(checker)}</td>
                ${PHASES.map(([phase]) => html`<td class="n">${seconds(hour.mean[phase])}</td>`)}
                <td class="n">${seconds(hour.total)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

/** Mean response time of each of the last hours by its phases, a figure per region. */
export function chartCard(stats: readonly Stat[], now: number) {
  const first = Math.floor(now / HOUR_MS) * HOUR_MS - (HOURS - 1) * HOUR_MS;
  const checkers = [...new Set(stats.map(({ checker }) => checker))].toSorted();
  const charts = checkers.map((checker) => ({
    checker,
    hours: Array.from({ length: HOURS }, (_, index) => {
      const at = first + index * HOUR_MS;
      return hourOf(
        at,
        stats.find((stat) => stat.checker === checker && stat.from === at),
      );
    }),
  }));
  const known = charts.flatMap(({ checker, hours }) =>
    hours.flatMap((hour) => (hour ? [{ checker, hour }] : [])),
  );
  const top = roundUp(Math.max(...known.map(({ hour }) => hour.total), 0));
  return html`<section id="chart" data-part class="card" aria-labelledby="chart-title">
    <header><h2 id="chart-title">Response time, last 24 hours</h2></header>
    ${
      known.length === 0
        ? html`<p class="quiet">No checks were made in this time.</p>`
        : html`<p class="key">
              ${PHASES.map(([phase, name]) => html`<span><i class="dot ${phase}"></i> ${name}</span>`)}
            </p>
            <div class="figures">
              ${charts.map(({ checker, hours }) => figure(checker, hours, first, top))}
            </div>
            ${table(known.toReversed())}`
    }
  </section>`;
}
