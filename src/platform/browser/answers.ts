/** Whether the browser service answers, without taking a browser. */
export async function browserAnswers(binding: BrowserRun): Promise<boolean> {
  const { default: puppeteer } = await import("@cloudflare/puppeteer");
  try {
    await puppeteer.limits(binding as Parameters<typeof puppeteer.limits>[0]);
    return true;
  } catch {
    return false;
  }
}
