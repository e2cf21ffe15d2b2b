/**
 * What every document is given before its own scripts run: PhantomJS's way from the page to the
 * script. `prompt` is the one call of a page's own that stands still until it is answered.
 */
export function inPageSetup(token: string): string {
  return `(function () {
  var ask = window.prompt.bind(window);
  Object.defineProperty(window, "callPhantom", {
    configurable: true,
    writable: true,
    value: function (data) {
      var answer = ask(${JSON.stringify(token)}, JSON.stringify(data === undefined ? null : data));
      return answer === null ? undefined : JSON.parse(answer);
    },
  });
  window._phantom = {};
})();`;
}

/** Puts files into a field, as if a person had chosen them. Runs in the page. */
export function inPageUpload(selector: string, files: { name: string; base64: string }[]): string {
  return `(function (selector, files) {
  var field = document.querySelector(selector);
  if (!field) return false;
  var transfer = new DataTransfer();
  files.forEach(function (file) {
    var bytes = Uint8Array.from(atob(file.base64), function (c) { return c.charCodeAt(0); });
    transfer.items.add(new File([bytes], file.name));
  });
  field.files = transfer.files;
  ["input", "change"].forEach(function (type) {
    field.dispatchEvent(new Event(type, { bubbles: true }));
  });
  return true;
})(${JSON.stringify(selector)}, ${JSON.stringify(files)})`;
}
