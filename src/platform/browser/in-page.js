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
  const range = document.createRange();
  range.selectNode(node);
  const pieces = node === element ? element.getClientRects() : range.getClientRects();
  const rects = [...pieces].filter((one) => one.width > 0 && one.height > 0);
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

/** @type {typeof InPage.title} */
export const title = function () {
  // An element may be named `title` and stand in the way of the page's own.
  const own = Object.getOwnPropertyDescriptor(Document.prototype, "title");
  return String(own?.get?.call(document) ?? "").slice(0, 1000);
};

/** @type {typeof InPage.serialize} */
export const serialize = function () {
  // Not by its name, which an element of the page may have taken.
  const root = Document.prototype.querySelector.call(document, ":root");
  const { doctype } = document;
  const head = doctype instanceof Node ? new XMLSerializer().serializeToString(doctype) : "";
  return head + (root?.outerHTML ?? "");
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
