import { Fault } from "../domain/errors.ts";
import type { ActionReport, Page } from "../domain/page.ts";
import { choose, chooseAlone } from "./choose.ts";
import { bestOf, decide, search, type Search, submitButtons } from "./find.ts";
import { parseCommand } from "./grammar.ts";
import type { Order, Step, Target } from "./order.ts";
import type { Purpose } from "./fit.ts";
import { GOOD, SURE } from "./resolver.ts";
import { focusedField, onlyField, write } from "./write.ts";

const NOT_UNDERSTOOD =
  "This command was not understood. What is understood: " +
  "Click the Sign In button · Enter 'text' in the email field · Select 'France' from Country · " +
  "Check Remember me · Press Enter · Scroll down · Hover over Products · Go back · Reload · " +
  "Go to https://example.com · Submit the form; several may be joined by “and” or “then”.";

/** Milliseconds after which the page is looked at again when something was not there yet. */
export type Patience = readonly number[];

/** Carries out a command; the report is of its last order. */
export async function act(page: Page, command: string, patience: Patience): Promise<ActionReport> {
  const plan = parseCommand(command);
  if (!plan) throw new Fault("BAD_REQUEST", NOT_UNDERSTOOD);
  const secrets = plan.steps.flatMap(({ readings }) =>
    readings.flatMap((order) => (order.do === "type" ? [order.text] : [])),
  );
  if (plan.whole && plan.steps.length > 1) {
    const whole = await wholeOf(page, plan.whole);
    if (whole) return perform(page, whole.order, whole.found, secrets);
  }
  let report: ActionReport | null = null;
  for (const [index, step] of plan.steps.entries()) {
    try {
      report = await carryOut(page, step, secrets, patience);
    } catch (error) {
      if (!(error instanceof Fault) || plan.steps.length === 1) throw error;
      const done = index === 0 ? "none was carried out" : `the ${index} before were carried out`;
      throw new Fault(
        error.code,
        `Order ${index + 1} of ${plan.steps.length} (${done}): ${error.message}`,
        error.details,
      );
    }
  }
  if (!report) throw new Fault("BAD_REQUEST", NOT_UNDERSTOOD);
  return report;
}

/** `Save and close`, when the page has something that is called exactly so. */
async function wholeOf(
  page: Page,
  { readings }: Step,
): Promise<{ order: Order; found: Search } | null> {
  const order = readings.find((reading) => reading.do === "click");
  if (order?.do !== "click") return null;
  const found = await search(page, await page.tree(), order.target, "click");
  return (found.candidates[0]?.score ?? 0) >= SURE ? { order, found } : null;
}

async function carryOut(
  page: Page,
  step: Step,
  secrets: readonly string[],
  patience: Patience,
): Promise<ActionReport> {
  for (const wait of patience) {
    const { order, found } = await settle(page, step);
    if (!found || bestOf(found)) return perform(page, order, found, secrets);
    // The page may still be drawing itself after the order before.
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  const { order, found } = await settle(page, step);
  return perform(page, order, found, secrets);
}

/** The reading that fits the page best; an earlier one stands unless a later one is clearly better. */
async function settle(page: Page, step: Step): Promise<{ order: Order; found: Search | null }> {
  const root = await page.tree();
  let best: { order: Order; found: Search | null; score: number } | null = null;
  for (const order of step.readings) {
    const sought = soughtBy(order);
    const found = sought && (await search(page, root, sought.target, sought.purpose));
    const score = found ? (found.candidates[0]?.score ?? 0) : GOOD;
    if (order.do === "click" && order.exactly && score < SURE) continue;
    if (score >= SURE || step.readings.length === 1) return { order, found };
    if (!best || score > best.score + 5) best = { order, found, score };
  }
  if (!best) throw new Fault("BAD_REQUEST", NOT_UNDERSTOOD);
  return best;
}

function soughtBy(order: Order): { target: Target; purpose: Purpose } | null {
  switch (order.do) {
    case "click":
      return { target: order.target, purpose: "click" };
    case "type":
    case "clear":
      return order.target && { target: order.target, purpose: "type" };
    case "press":
      return order.target && { target: order.target, purpose: "click" };
    case "select":
      return order.from
        ? { target: order.from, purpose: "select" }
        : { target: order.option, purpose: "option" };
    case "check":
      return { target: order.target, purpose: "check" };
    case "hover":
      return { target: order.target, purpose: "hover" };
    case "scroll":
      return typeof order.to === "string" ? null : { target: order.to, purpose: "find" };
    default:
      return null;
  }
}

async function perform(
  page: Page,
  order: Order,
  found: Search | null,
  secrets: readonly string[],
): Promise<ActionReport> {
  const chosen = found && decide(found, secrets);
  switch (order.do) {
    case "click": {
      if (!chosen) break;
      await page.click(chosen.node.ref, { count: order.count, button: order.button });
      return { action: order.count === 2 ? "double_click" : "click", element: chosen.element };
    }
    case "type":
    case "clear":
      return write(page, order, chosen);
    case "select":
      if (!chosen || !found) break;
      return order.from
        ? choose(page, order.option, chosen, secrets)
        : chooseAlone(page, found.root, chosen);
    case "check": {
      if (!chosen) break;
      const now = chosen.node.states.checked === true || chosen.node.states.selected === true;
      const on = order.on ?? !now;
      if (now !== on || chosen.node.states.checked === "mixed") await page.click(chosen.node.ref);
      return { action: on ? "check" : "uncheck", element: chosen.element };
    }
    case "press": {
      for (let time = 0; time < order.times; time += 1) {
        await page.press(order.key, time === 0 ? chosen?.node.ref : undefined);
      }
      return { action: "press", element: `${order.key === " " ? "Space" : order.key} key` };
    }
    case "hover": {
      if (!chosen) break;
      await page.hover(chosen.node.ref);
      return { action: "hover", element: chosen.element };
    }
    case "scroll": {
      if (typeof order.to === "string") await page.scroll(order.to);
      else if (chosen) await page.scroll({ ref: chosen.node.ref });
      return { action: "scroll", element: chosen?.element ?? "page" };
    }
    case "submit":
      return submit(page);
    case "navigate": {
      const url = new URL(order.url, page.url()).href;
      await page.navigate(url);
      return { action: "navigate", element: "page" };
    }
    case "back":
      if (!(await page.back())) throw new Fault("BAD_REQUEST", "There is no page to go back to.");
      return { action: "back", element: "page" };
    case "forward":
      if (!(await page.forward())) {
        throw new Fault("BAD_REQUEST", "There is no page to go forward to.");
      }
      return { action: "forward", element: "page" };
    case "reload":
      await page.reload();
      return { action: "reload", element: "page" };
    default:
      return order satisfies never;
  }
  throw new Fault("BAD_REQUEST", NOT_UNDERSTOOD);
}

/** Clicks the submit button; without one, presses Enter in the field last used. */
async function submit(page: Page): Promise<ActionReport> {
  const root = await page.tree();
  const { focused: buttons } = await submitButtons(page, root);
  const [button, second] = buttons;
  if (button && second) {
    const names = buttons.map(({ element }) => element).join(", ");
    throw new Fault("BAD_REQUEST", `There are several forms; which button is meant: ${names}?`);
  }
  if (button?.node.states.disabled) {
    throw new Fault("BAD_REQUEST", `The ${button.element} is disabled.`);
  }
  if (button) {
    await page.click(button.node.ref);
    return { action: "click", element: button.element };
  }
  const field = focusedField(root) ?? onlyField(root);
  if (!field) throw new Fault("BAD_REQUEST", "Looked for a form to submit: the page has none.");
  await page.press("Enter", field.ref);
  return { action: "press", element: "Enter key" };
}
