import type { Letter } from "../../ports.ts";
import { type Particular, particulars, type Story } from "../story.ts";

/** Plain text, and the same as simple HTML. */
export function letterOf(to: string, story: Story): Letter {
  const rows = particulars(story);
  const why = `You get this because ${story.channel.name} is a channel of an Outrider account.`;
  const list = rows.map(({ label, value }) => `${label}: ${value}`).join("\n");
  return {
    to,
    subject: story.title,
    text: `${story.text}\n\n${list}\n\n${why}\n`,
    html: `<!doctype html>
<html lang="en"><body style="font-family:system-ui,sans-serif;color:#1a1a1a">
<h1 style="font-size:1.25em;border-left:4px solid ${COLORS[story.mood]};padding-left:.6em">${escaped(story.title)}</h1>
<p>${escaped(story.text)}</p>
<table style="border-collapse:collapse">
${rows.map(row).join("\n")}
</table>
<p style="color:#666;font-size:.85em">${escaped(why)}</p>
</body></html>
`,
    id: story.id,
  };
}

const COLORS: Record<Story["mood"], string> = {
  bad: "#c62828",
  good: "#2e7d32",
  neutral: "#607d8b",
};

function row({ label, value }: Particular): string {
  return `<tr><th style="text-align:left;padding-right:1em">${escaped(label)}</th><td>${escaped(value)}</td></tr>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
