/** wire/notes.md: ISO 8601 that ends in `+00:00`, never `Z`. */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/Z$/, "+00:00");
}
