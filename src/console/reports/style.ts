/** Looks of a report. Text has a contrast of at least 4.5:1 in both schemes. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --back: #f4f5f7; --card: #fff; --ink: #15181d; --soft: #56606e; --line: #dfe3e8; --accent: #0b62d6;
  --regressed: #c22f2f; --fixed: #177a48; --spurious: #8f5b00; --broken: #7a4fc4; --error: #a3336b; --skipped: #525b68; --same: #3d72a8; --unknown: #6d7785; }
@media (prefers-color-scheme: dark) { :root { --back: #0f1115; --card: #181b21; --ink: #e9ecf0; --soft: #a3adba; --line: #2c323b; --accent: #6ea8ff;
  --regressed: #ff7b74; --fixed: #4fc48a; --spurious: #e0a93f; --broken: #ab8df0; --error: #f08bbb; --skipped: #98a3b1; --same: #7fb2e6; --unknown: #828d9c; } }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--back); font: 1rem/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
.page { max-width: 64rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { margin: 0; font-size: 1.6rem; overflow-wrap: anywhere; }
header p, footer { color: var(--soft); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; padding: 1rem 1.25rem; margin: 1rem 0; }
.bar { display: flex; height: 1rem; border-radius: 0.5rem; overflow: hidden; background: var(--line); gap: 2px; }
.bar i { display: block; min-width: 3px; background: var(--tone); }
.counts { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 1rem 0 0; padding: 0; list-style: none; }
.counts button { font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: 999px; padding: 0.2rem 0.8rem; cursor: pointer; }
.counts button[aria-pressed="true"] { border-color: var(--tone); box-shadow: inset 0 0 0 1px var(--tone); }
.counts b { color: var(--tone); }
.find { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: baseline; margin-bottom: 0.75rem; }
.find label { flex: 1 1 16rem; }
input { width: 100%; padding: 0.5rem 0.75rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 0.5rem; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; padding: 0.4rem 0.75rem 0.4rem 0; border-top: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-weight: 600; border-top: 0; }
a { color: var(--accent); }
.tag { color: var(--tone); font-weight: 600; }
`;
