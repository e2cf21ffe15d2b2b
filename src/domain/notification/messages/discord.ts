import { particulars, type Story } from "../story.ts";
import { clip } from "./clip.ts";

const COLORS: Record<Story["mood"], number> = { bad: 0xc62828, good: 0x2e7d32, neutral: 0x607d8b };

/** Within Discord's limits on an embed (6,000 characters in all) when each has a backslash. */
const MAX_TITLE = 120;
const MAX_TEXT = 800;
const MAX_VALUE = 350;

/** A webhook's message: one embed. No mention in it calls anybody. */
export function discordBody(story: Story): string {
  return JSON.stringify({
    embeds: [
      {
        title: plain(story.title, MAX_TITLE),
        description: plain(story.text, MAX_TEXT),
        color: COLORS[story.mood],
        timestamp: new Date(story.at).toISOString(),
        fields: particulars(story).map(({ label, value, link }) => ({
          name: label,
          value: link ? clip(value, MAX_VALUE) : plain(value, MAX_VALUE),
        })),
      },
    ],
    allowed_mentions: { parse: [] },
  });
}

/** `?wait=true` makes Discord answer once the message is there, instead of before. */
export function discordAddress(target: string): string {
  const url = new URL(target);
  url.searchParams.set("wait", "true");
  return url.href;
}

/** Markdown's characters mean themselves. */
function plain(text: string, length: number): string {
  return clip(text, length).replace(/[\\*_~`|>#()[\]<]/g, "\\$&");
}
