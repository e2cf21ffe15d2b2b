/**
 * Code that runs inside pages, for their form fields; see `in-page.js`.
 *
 * @import * as InPage from "./in-page-fields.d.ts"
 */

/** @type {typeof InPage.prepareFill} */
export const prepareFill = function (text) {
  const node = /** @type {Node} */ (this);
  let element = node instanceof HTMLElement ? node : node.parentElement;
  if (!element?.isConnected) return { fault: "The field is no longer on the page." };
  const fields = "input, textarea, [contenteditable]:not([contenteditable=false])";
  if (element instanceof HTMLLabelElement && element.control) element = element.control;
  else if (!element.matches(`${fields}, select`) && !element.isContentEditable) {
    const inside = element.querySelectorAll(fields);
    const only = inside.length === 1 ? inside[0] : undefined;
    if (!(only instanceof HTMLElement)) return { fault: "That is no field to type into." };
    element = only;
  }
  if (element.matches(":disabled")) return { fault: "The field is disabled." };
  if (element instanceof HTMLSelectElement) {
    return { fault: "That is a list to choose from, not a field to type into." };
  }
  if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) {
    if (element.readOnly) return { fault: "The field can only be read." };
    const { type } = element;
    if (/^(checkbox|radio|file|submit|button|image|reset|hidden)$/.test(type)) {
      return { fault: `A field of type ${type} is not typed into.` };
    }
    if (/^(color|date|time|datetime-local|month|range|week)$/.test(type)) {
      const before = element.value;
      element.focus();
      // The prototype's setter, so that frameworks that watch the element's own see a change.
      const proto = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
      proto?.set?.call(element, text.trim());
      const kept = element.value;
      const same = type === "range" || type === "color" ? kept !== "" : kept === text.trim();
      const loose = type === "time" || type === "datetime-local";
      if (!same && !(loose && kept !== "")) {
        proto?.set?.call(element, before);
        /** @type {Record<string, string>} */
        const examples = {
          date: "2026-01-31",
          time: "13:45",
          "datetime-local": "2026-01-31T13:45",
          month: "2026-01",
          week: "2026-W05",
        };
        return { fault: `A ${type} field takes a value such as ${examples[type] ?? type}.` };
      }
      element.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
      element.dispatchEvent(new Event("change", { bubbles: true }));
      return { how: "done", value: kept };
    }
    element.scrollIntoView({ block: "nearest", behavior: "instant" });
    element.focus();
    element.select();
    return { how: "typing", value: element.value };
  }
  element.scrollIntoView({ block: "nearest", behavior: "instant" });
  element.focus();
  const selection = getSelection();
  selection?.selectAllChildren(element);
  return { how: "typing", value: element.innerText };
};

/** @type {typeof InPage.finishFill} */
export const finishFill = function (expected) {
  const root = /** @type {Node} */ (this).getRootNode();
  const scope = root instanceof ShadowRoot ? root : document;
  const element = scope.activeElement;
  if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) {
    // A browser tells of a change when the field is left; pages that wait for it see it now.
    element.dispatchEvent(new Event("change", { bubbles: true }));
    const { value } = element;
    const wanted = expected.replace(/\r\n?/g, "\n");
    const flat = element instanceof HTMLInputElement ? wanted.replace(/\n/g, "") : wanted;
    if (value === flat || (element.maxLength >= 0 && value === flat.slice(0, element.maxLength))) {
      return "taken";
    }
    return value === "" && flat.trim() !== "" ? "refused" : "changed";
  }
  return "taken";
};

/** @type {typeof InPage.selectAll} */
export const selectAll = function () {
  const root = /** @type {Node} */ (this).getRootNode();
  const element = (root instanceof ShadowRoot ? root : document).activeElement;
  if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) {
    element.select();
  } else if (element) {
    getSelection()?.selectAllChildren(element);
  }
};

/** @type {typeof InPage.chooseOptions} */
export const chooseOptions = function (...options) {
  const select = /** @type {Node} */ (this);
  if (!select.isConnected) return { fault: "The list is no longer on the page." };
  if (!(select instanceof HTMLSelectElement)) return { fault: "That is no list to choose from." };
  if (select.matches(":disabled")) return { fault: "The list is disabled." };
  /** @type {HTMLOptionElement[]} */
  const chosen = [];
  for (const one of options) {
    const node = /** @type {Node} */ (one);
    const option = node instanceof Element ? node : node.parentElement;
    if (!(option instanceof HTMLOptionElement) || option.closest("select") !== select) {
      return { fault: "The option is not one of that list." };
    }
    if (option.matches(":disabled")) return { fault: "The option is disabled." };
    chosen.push(option);
  }
  if (!select.multiple && chosen.length !== 1) return { fault: "That list takes one option." };
  select.focus();
  for (const option of select.options) option.selected = chosen.includes(option);
  select.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  select.dispatchEvent(new Event("change", { bubbles: true }));
  return {};
};

/** @type {typeof InPage.focusIt} */
export const focusIt = function () {
  const node = /** @type {Node} */ (this);
  const element = node instanceof HTMLElement ? node : node.parentElement;
  if (!element?.isConnected) return { fault: "The element is no longer on the page." };
  element.scrollIntoView({ block: "nearest", behavior: "instant" });
  element.focus();
  return {};
};
