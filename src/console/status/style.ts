/** Looks of the status page. Text has a contrast of at least 4.5:1, marks of 3:1, in both schemes. */
export const STATUS_STYLE = `
:root { color-scheme: light dark;
  --back: #f4f5f7; --card: #fff; --ink: #15181d; --soft: #56606e; --line: #dfe3e8; --track: #eceff2; --hollow: #8c96a4;
  --up: #177a48; --warn: #8f5b00; --down: #c22f2f; --idle: #66707e; --fill: #3fa673;
  --dns: #7d8a9c; --connect: #2f6fc4; --tls: #7a4fc4; --wait: #0d8466; --transfer: #b8720a; }
@media (prefers-color-scheme: dark) { :root {
  --back: #0f1115; --card: #181b21; --ink: #e9ecf0; --soft: #a3adba; --line: #2c323b; --track: #262b33; --hollow: #6f7a89;
  --up: #4fc48a; --warn: #e0a93f; --down: #ff7b74; --idle: #98a3b1; --fill: #3c9a6b;
  --dns: #95a3b6; --connect: #5f9fe8; --tls: #ab8df0; --wait: #36bd97; --transfer: #e2a545; } }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--back); font: 1rem/1.5 system-ui, sans-serif;
  font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%; }
.page { max-width: 52rem; margin: 0 auto; padding: 2rem 1rem 1.5rem; }
.page > header { margin: 0 .25rem 1.25rem; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; letter-spacing: -.02em; overflow-wrap: anywhere; }
h2 { margin: 0; font-size: 1rem; font-weight: 600; }
.page > header p { margin: .25rem 0 0; color: var(--soft); overflow-wrap: anywhere; }
.card { margin: 0 0 1rem; padding: 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
.card > header { display: flex; justify-content: space-between; gap: 1rem; margin-bottom: .75rem; }
.quiet { margin: 0; color: var(--soft); }
.icon { flex: none; width: 1.05em; height: 1.05em; vertical-align: -.16em; fill: currentColor; }
.icon .mark { fill: none; stroke: var(--card); stroke-width: 2.6; stroke-linecap: round; stroke-linejoin: round; }
.icon .ring { fill: none; stroke: currentColor; stroke-width: 2.2; }
.icon.idle .mark { stroke: currentColor; }
.icon.up { color: var(--up); } .icon.warn { color: var(--warn); }
.icon.down { color: var(--down); } .icon.idle { color: var(--idle); }
.banner { display: flex; align-items: center; gap: 1rem; flex-wrap: wrap; border-left: .375rem solid var(--idle); }
.banner.up { border-left-color: var(--up); } .banner.warn { border-left-color: var(--warn); }
.banner.down { border-left-color: var(--down); }
.banner > .icon { width: 2.5rem; height: 2.5rem; }
.banner > div { flex: 1 1 14rem; }
.banner h2 { font-size: 1.375rem; line-height: 1.25; letter-spacing: -.01em; }
.banner p { margin: .125rem 0 0; color: var(--soft); }
.facts { display: flex; gap: .375rem 1rem; flex-wrap: wrap; font-size: .875rem; }
.chip, .live { padding: 0 .5rem; border: 1px solid var(--line); border-radius: 1rem; color: var(--ink); }
.live::before { content: ""; display: inline-block; width: .5rem; height: .5rem; margin-right: .375rem; border-radius: 50%; background: var(--up); }
.tiles { display: grid; grid-template-columns: repeat(4, 1fr); padding: 0; margin: 0 0 1rem; gap: 1rem; }
.tiles div { padding: .875rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
.tiles dt { color: var(--soft); font-size: .875rem; } .tiles dd { margin: 0; font-size: 1.25rem; font-weight: 600; white-space: nowrap; }
.days { display: flex; gap: 2px; height: 2.75rem; }
i.day { position: relative; flex: 1 1 0; min-width: 0; background: var(--fill); border-radius: 2px; overflow: hidden; }
i.day b { position: absolute; inset: 0 0 auto; background: var(--down); border-bottom: 2px solid var(--card); }
i.day.none { align-self: end; height: .375rem; background: var(--hollow); }
.days i.day:hover { outline: 2px solid var(--ink); outline-offset: 1px; }
.ends { display: flex; justify-content: space-between; margin: .375rem 0 0; color: var(--soft); font-size: .8125rem; }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.125rem; margin: .5rem 0 0; color: var(--soft); font-size: .8125rem; }
.key i { display: inline-block; vertical-align: -1px; width: .75rem; height: .75rem; margin-right: .25rem; border-radius: 2px; }
.key i.none { vertical-align: 1px; }
#chart .key { margin: 0 0 1rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1.5rem; }
figure { margin: 0; min-width: 0; }
figcaption { display: flex; justify-content: space-between; gap: 1rem; font-size: .875rem; }
figcaption span + span { color: var(--soft); white-space: nowrap; }
.plot { position: relative; height: 9rem; margin-top: 1.25rem; border-bottom: 1px solid var(--soft); }
.grid { position: absolute; left: 0; right: 0; border-bottom: 1px solid var(--line); color: var(--soft); font-size: .75rem; line-height: 1.25; }
.cols { position: absolute; inset: 0; display: flex; gap: 2px; padding-left: 3.25rem; }
.col { display: flex; flex: 1 1 0; flex-direction: column-reverse; min-width: 0; }
.col:hover { background: var(--track); }
.col b:last-child { border-radius: 2px 2px 0 0; }
figure .ends { padding-left: 3.25rem; }
.dns { background: var(--dns); } .connect { background: var(--connect); } .tls { background: var(--tls); }
.wait { background: var(--wait); } .transfer { background: var(--transfer); }
details { margin-top: .75rem; font-size: .875rem; } summary { cursor: pointer; color: var(--soft); }
.scroll { overflow-x: auto; margin-top: .5rem; }
table { width: 100%; border-collapse: collapse; font-size: .875rem; }
th { padding: .25rem .75rem .375rem 0; text-align: left; font-weight: 500; color: var(--soft); white-space: nowrap; }
td { padding: .4375rem .75rem .4375rem 0; border-top: 1px solid var(--line); white-space: nowrap; }
td.result { white-space: normal; } .n { text-align: right; }
.code { color: var(--soft); }
td.bar { width: 26%; padding-right: 0; }
.phases { display: flex; height: .625rem; background: var(--track); border-radius: 2px; overflow: hidden; }
.phases i { flex: none; width: calc(var(--t) / var(--longest) * 100%); }
.downtimes { margin: 0; padding: 0; list-style: none; }
.downtimes li { display: flex; align-items: baseline; gap: .625rem; padding: .4375rem 0; border-top: 1px solid var(--line); font-size: .875rem; }
.downtimes li:first-child { border-top: 0; } .downtimes .icon { transform: translateY(.16em); } .downtimes span { flex: 1; } .downtimes strong { white-space: nowrap; }
.open { color: var(--down); }
footer { margin: 1.25rem .25rem 0; color: var(--soft); font-size: .8125rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
tr.new { animation: arrive 2s ease-out; }
@keyframes arrive { from { background: var(--track); } }
:focus-visible { outline: 2px solid var(--connect); outline-offset: 2px; }
.framed .page { max-width: none; padding: .75rem; } .framed footer { display: none; }
@media (max-width: 40rem) {
  .page { padding-top: 1.25rem; } .card { padding: 1rem; } .tiles { grid-template-columns: 1fr 1fr; gap: .75rem; }
  .tiles div { padding: .75rem 1rem; } .days { gap: 1px; } #checks .bar { display: none; } .region { white-space: normal; } }
@media (max-width: 26rem) { #checks .region { display: none; } }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; } }
@media (forced-colors: active) { i.day, i.day b, .col b, .phases i, .key i { forced-color-adjust: none; } }
`;
