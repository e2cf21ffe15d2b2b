import { html, raw } from "hono/html";

type Html = ReturnType<typeof html>;

/** Looks of all pages: readable on a phone and in the dark, no script, nothing from elsewhere. */
const STYLE = `
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fff; --line: #d5d9de; --accent: #0b62d6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --paper: #16181b; --line: #3a3f45; --accent: #6ea8ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 40rem; padding: 1.5rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.5 system-ui, sans-serif; }
label { display: block; margin: 0.75rem 0; }
input:not([type="checkbox"]) { display: block; width: 100%; padding: 0.5rem; font: inherit; color: inherit;
  background: transparent; border: 1px solid var(--line); border-radius: 0.375rem; }
button { padding: 0.5rem 1rem; font: inherit; color: #fff; background: #0b62d6; border: 0; border-radius: 0.375rem; }
a { color: var(--accent); }
`;

/** A page for people. `body` is escaped wherever it was built with `html`. */
export async function page(title: string, body: Html, status = 200): Promise<Response> {
  const text = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html>`;
  return new Response(String(text), {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy":
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      "referrer-policy": "no-referrer",
    },
  });
}
