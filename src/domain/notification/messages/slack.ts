import { particulars, type Story } from "../story.ts";
import { clip } from "./clip.ts";

const SIGNS: Record<Story["mood"], string> = {
  bad: ":red_circle:",
  good: ":large_green_circle:",
  neutral: ":white_circle:",
};

/** A block's text may have 3,000 characters once escaped, which may make five of one. */
const MAX_TITLE = 200;
const MAX_TEXT = 350;

/**
 * An incoming webhook's message: `text` for notifications, blocks for the channel. What tenants
 * wrote is escaped, so that it calls no one (`<!channel>`).
 */
export function slackBody(story: Story): string {
  const title = `${SIGNS[story.mood]} *${plain(story.title, MAX_TITLE)}*`;
  const lines = particulars(story).map(
    ({ label, value, link }) => `${label}: ${link ? `<${plain(value)}>` : plain(value)}`,
  );
  return JSON.stringify({
    text: `${SIGNS[story.mood]} ${plain(story.title, MAX_TITLE)}`,
    blocks: [
      { type: "section", text: mrkdwn(`${title}\n${plain(story.text)}`) },
      { type: "context", elements: lines.map(mrkdwn) },
    ],
  });
}

function mrkdwn(text: string) {
  return { type: "mrkdwn", text, verbatim: true };
}

/** The three characters that Slack asks to be written as entities. */
function plain(text: string, length = MAX_TEXT): string {
  return clip(text, length)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
