/**
 * Code that runs inside pages. Each function is sent as its source text, so it must stand alone:
 * no imports, nothing from around it. `in-page.d.ts` says what each takes and gives.
 *
 * @import * as InPage from "./in-page.d.ts"
 */

/** @type {typeof InPage.aim} */
export const aim = function (x, y, left, top) {
  const node = /** @type {Node} */ (this);
  const element = node instanceof Element ? node : node.parentElement;
  if (!element?.isConnected) return { how: "gone" };
  if (element.matches(":disabled")) return { how: "disabled" };
  const rects = [...element.getClientRects()].filter((one) => one.width > 0 && one.height > 0);
  const rect = rects[0];
  if (!rect || getComputedStyle(element).visibility === "hidden") return { how: "hidden" };
  // From the viewport of the whole page to that of this frame.
  const point = { x: x - left + rect.left, y: y - top + rect.top };
  const root = element.getRootNode();
  let hit = document.elementFromPoint(point.x, point.y);
  while (hit?.shadowRoot) {
    const inner = hit.shadowRoot.elementFromPoint(point.x, point.y);
    if (!inner || inner === hit) break;
    hit = inner;
  }
  if (!hit) return { how: "outside" };
  /** @param {Node | null} inner */
  const within = (inner) => {
    for (let at = inner; at; at = at.parentNode ?? (at instanceof ShadowRoot ? at.host : null)) {
      if (at === element) return true;
    }
    return false;
  };
  if (within(hit)) return { how: "mouse" };
  const above = hit.closest("label");
  if (above && (above.control === element || above.contains(element))) {
    return above.control === element ? { how: "mouse" } : { how: "dom" };
  }
  const host = root instanceof ShadowRoot ? root.host : null;
  if (hit.contains(element) || hit === host) return { how: "dom" };
  const words = (hit.getAttribute("aria-label") ?? hit.textContent ?? "").replace(/\s+/g, " ");
  const id = hit.id ? `#${hit.id}` : "";
  const said = words.trim().slice(0, 40);
  return { how: "covered", by: `<${hit.localName}${id}>${said ? ` "${said}"` : ""}` };
};

/** @type {typeof InPage.label} */
export const label = function () {
  const labels = /** @type {{ labels?: NodeListOf<HTMLLabelElement> }} */ (this).labels ?? [];
  return [...labels].find((one) => one.getClientRects().length > 0) ?? null;
};

/** @type {typeof InPage.domClick} */
export const domClick = function (count) {
  const node = /** @type {Node} */ (this);
  const element = node instanceof HTMLElement ? node : node.parentElement;
  if (!element) return;
  for (let done = 0; done < count; done += 1) element.click();
  if (count === 2) {
    element.dispatchEvent(new MouseEvent("dblclick", { bubbles: true, cancelable: true }));
  }
};

/** @type {typeof InPage.bringIntoView} */
export const bringIntoView = function () {
  const node = /** @type {Node} */ (this);
  const element = node instanceof Element ? node : node.parentElement;
  element?.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
};

/** @type {typeof InPage.factsOf} */
export const factsOf = function (...others) {
  const names =
    "id name type placeholder title alt autocomplete href data-testid class aria-label value";
  /** @type {Element[]} */
  const forms = [];
  return [this, ...others].map((one) => {
    const node = /** @type {Node} */ (one);
    const element = node instanceof Element ? node : node.parentElement;
    if (!element?.isConnected) return null;
    /** @type {Record<string, string>} */
    const attributes = {};
    for (const name of names.split(" ")) {
      const value = element.getAttribute(name);
      // The value attribute names a button; in a field it may be what a person typed.
      if (value !== null && (name !== "value" || element.matches("button, [type=submit]"))) {
        attributes[name] = value;
      }
    }
    const form = /** @type {{ form?: Element }} */ (element).form ?? element.closest("form");
    if (form && !forms.includes(form)) forms.push(form);
    const { x, y, width, height } = element.getBoundingClientRect();
    return {
      tag: element.localName,
      attributes,
      ...(width > 0 && height > 0 ? { box: { x, y, width, height } } : {}),
      ...(form ? { form: forms.indexOf(form) } : {}),
    };
  });
};

/** @type {typeof InPage.formsOf} */
export const formsOf = function (...others) {
  /** @type {Element[]} */
  const forms = [];
  for (const one of [this, ...others]) {
    const node = /** @type {Node} */ (one);
    const element = node instanceof Element ? node : node.parentElement;
    if (!element?.isConnected) continue;
    const form = /** @type {{ form?: Element }} */ (element).form ?? element.closest("form");
    if (form && !forms.includes(form)) forms.push(form);
  }
  return forms;
};

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

/** @type {typeof InPage.scrollPage} */
export const scrollPage = function (direction) {
  const page = document.scrollingElement ?? document.documentElement;
  const sideways = direction === "left" || direction === "right";
  /** @param {Element} element */
  const scrolls = (element) => {
    const room = sideways
      ? element.scrollWidth - element.clientWidth
      : element.scrollHeight - element.clientHeight;
    if (room <= 1) return false;
    const style = getComputedStyle(element);
    const overflow = sideways ? style.overflowX : style.overflowY;
    return element === page ? overflow !== "hidden" : /auto|scroll/.test(overflow);
  };
  let target = page;
  if (!scrolls(page)) {
    // Many applications keep the page still and scroll their largest pane.
    let best = 0;
    for (const element of document.querySelectorAll("*")) {
      const area = element.clientWidth * element.clientHeight;
      if (area > best && scrolls(element)) {
        best = area;
        target = element;
      }
    }
  }
  const down = target === page ? innerHeight : target.clientHeight;
  const right = target === page ? innerWidth : target.clientWidth;
  /** @type {Record<string, ScrollToOptions>} */
  const to = {
    up: { top: target.scrollTop - down * 0.8 },
    down: { top: target.scrollTop + down * 0.8 },
    left: { left: target.scrollLeft - right * 0.8 },
    right: { left: target.scrollLeft + right * 0.8 },
    top: { top: 0 },
    bottom: { top: target.scrollHeight },
  };
  target.scrollTo({ ...to[direction], behavior: "instant" });
};

/** @type {typeof InPage.readFrame} */
export const readFrame = function (limit) {
  if (!/^https?:/.test(location.origin)) return null;
  let typed = false;
  for (const field of document.querySelectorAll("input, textarea, select")) {
    if (field instanceof HTMLSelectElement) {
      // Without a default of its own a list shows its first option.
      const standard = [...field.options].some((option) => option.defaultSelected);
      typed ||= [...field.options].some(
        (option, index) =>
          option.selected !== (standard ? option.defaultSelected : !field.multiple && index === 0),
      );
    } else if (field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type)) {
      typed ||= field.checked !== field.defaultChecked;
    } else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) {
      const fixed = /^(hidden|submit|button|reset|image|color|range)$/.test(field.type);
      typed ||= !fixed && field.value !== field.defaultValue;
    }
    if (typed) break;
  }
  /** @type {[string, string][] | null} */
  let items = [];
  let session = false;
  try {
    let size = 0;
    for (let index = 0; index < localStorage.length; index += 1) {
      const key = localStorage.key(index) ?? "";
      const value = localStorage.getItem(key) ?? "";
      size += new TextEncoder().encode(key + value).length;
      if (size > limit) {
        items = null;
        break;
      }
      items.push([key, value]);
    }
    session = sessionStorage.length > 0;
  } catch {
    // A sandboxed frame, or storage that is switched off.
    items = [];
  }
  return { origin: location.origin, items, hasSessionStorage: session, hasTypedText: typed };
};

/** @type {typeof InPage.writeStorage} */
export const writeStorage = function (items) {
  for (const [key, value] of items) localStorage.setItem(key, value);
  return localStorage.length;
};

/** @type {typeof InPage.serialize} */
export const serialize = function () {
  const { doctype, documentElement } = document;
  const head = doctype ? new XMLSerializer().serializeToString(doctype) : "";
  return head + (documentElement?.outerHTML ?? "");
};

/** @type {typeof InPage.find} */
export const find = function (selector) {
  return document.querySelector(selector);
};

/** @type {typeof InPage.boxInPage} */
export const boxInPage = function () {
  const element = /** @type {Element} */ (this);
  element.scrollIntoView({ block: "nearest", behavior: "instant" });
  const { left, top, width, height } = element.getBoundingClientRect();
  if (width === 0 || height === 0) return null;
  return { x: left + scrollX, y: top + scrollY, width, height };
};
