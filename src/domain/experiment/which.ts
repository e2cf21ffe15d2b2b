/** Experiments and runners go by name as well as by id; no name is of digits alone. */
export function whichOf(text: string): { id: number } | { name: string } {
  return /^[1-9]\d{0,14}$/.test(text) ? { id: Number(text) } : { name: text };
}
