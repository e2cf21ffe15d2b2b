/** The baseline of the browser's benches: puppeteer-core, used directly and as usual. */
import { launch, type Browser, type Page } from "puppeteer-core";

/** As the product's pages are: wire/flybrowser.md says nothing, this is `platform/browser/tab.ts`. */
const VIEWPORT = { width: 1280, height: 720 };

/** The same binary that the product starts, with puppeteer's own flags. */
export function launchPuppet(executablePath: string): Promise<Browser> {
  return launch({
    executablePath,
    defaultViewport: VIEWPORT,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}

/** The page that a fresh browser has. */
export async function firstPage(browser: Browser): Promise<Page> {
  return (await browser.pages())[0] ?? browser.newPage();
}

/** Finds a button by its accessible name and presses it with the mouse. */
export async function press(page: Page, name: string): Promise<void> {
  const button = await page.$(`::-p-aria([name="${name}"][role="button"])`);
  if (button === null) throw new Error(`puppeteer finds no button ${name}`);
  await button.click();
  await button.dispose();
}
