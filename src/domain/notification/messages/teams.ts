import { particulars, type Story } from "../story.ts";
import { clip } from "./clip.ts";

const COLORS: Record<Story["mood"], string> = {
  bad: "Attention",
  good: "Good",
  neutral: "Default",
};

/** A message to Teams may have 28 KB. */
const MAX_LENGTH = 1000;

/**
 * What the Workflows template "Post to a channel when a webhook request is received" takes: a
 * message with one Adaptive Card. The card formats that Office 365 connectors took are no more.
 */
export function teamsBody(story: Story): string {
  return JSON.stringify({
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: {
          $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
          type: "AdaptiveCard",
          version: "1.4",
          fallbackText: clip(story.title, MAX_LENGTH),
          body: [
            {
              ...textBlock(story.title),
              size: "Large",
              weight: "Bolder",
              color: COLORS[story.mood],
            },
            textBlock(story.text),
            {
              type: "FactSet",
              facts: particulars(story).map(({ label, value, link }) => ({
                title: label,
                value: link ? clip(value, MAX_LENGTH) : plain(value),
              })),
            },
          ],
          msteams: { width: "Full" },
        },
      },
    ],
  });
}

function textBlock(text: string) {
  return { type: "TextBlock", text: plain(text), wrap: true };
}

/** Cards read a little Markdown: its characters mean themselves. */
function plain(text: string): string {
  return clip(text, MAX_LENGTH).replace(/[\\*_[\]()`#~<>]/g, "\\$&");
}
