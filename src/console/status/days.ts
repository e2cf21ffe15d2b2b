import { html } from "hono/html";
import { type Day, uptimeOf } from "../../domain/monitor/index.ts";
import { dayOf, duration, percent } from "./format.ts";

/** What a day comes to, in words. */
function told(day: Day): string {
  const uptime = uptimeOf([day]);
  if (uptime === null) return "not checked";
  const { down, downtimes } = day;
  if (down === 0) return "100 % up";
  const times = downtimes === 1 ? "1 downtime" : `${downtimes} downtimes`;
  return `${percent(uptime)} up, ${times}, ${duration(down)}`;
}

/** At least so much of a bar is marked when there was a downtime at all, in percent. */
const LEAST_MARK = 14;

/** A mark from the top, as high as the day was down; a day without checks is hollow. */
function bar(day: Day) {
  const uptime = uptimeOf([day]);
  const title = `${dayOf(day.at)}: ${told(day)}`;
  if (uptime === null) return html`<i class="day none" title="${title}"></i>`;
  const mark = uptime === 1 ? 0 : Math.max(LEAST_MARK, (1 - uptime) * 100);
  return html`<i class="day" title="${title}"
    >${mark === 0 ? "" : html`<b style="height:${mark.toFixed(0)}%"></b>`}</i
  >`;
}

/** Uptime per day, oldest first, as a strip; as a list for whoever does not see it. */
export function daysCard(days: readonly Day[]) {
  const notable = days.filter((day) => day.down > 0).toReversed();
  const since = days[0]?.at ?? 0;
  return html`<section id="days" data-part class="card" aria-labelledby="days-title">
    <header>
      <h2 id="days-title">Uptime, last ${days.length} days</h2>
      <strong>${percent(uptimeOf(days))}</strong>
    </header>
    <div
      class="days"
      role="img"
      aria-label="${percent(uptimeOf(days))} up since ${dayOf(since)}. Days with downtimes: ${notable.length}."
    >
      ${days.map(bar)}
    </div>
    <p class="ends"><span>${dayOf(since)}</span><span>Today</span></p>
    <p class="key" aria-hidden="true">
      <span><i class="day"></i> up</span
      ><span
        ><i class="day"><b style="height:50%"></b></i> partly down</span
      ><span><i class="day none"></i> not checked</span>
    </p>
    ${
      notable.length === 0
        ? ""
        : html`<details>
            <summary>Days with downtimes</summary>
            <ul>
              ${notable.map((day) => html`<li>${dayOf(day.at)}: ${told(day)}</li>`)}
            </ul>
          </details>`
    }
  </section>`;
}
