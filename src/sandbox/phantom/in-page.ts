export interface InPageOptions {
  /** What tells a call of `callPhantom` from a prompt. */
  token: string;
  /** Where the run's own files are served: there they are asked for as `file:`. */
  filesOrigin: string;
}

/**
 * What every document is given before its own scripts run: PhantomJS's way from the page to the
 * script. `prompt` is the one call of a page's own that stands still until it is answered.
 */
export function inPageSetup({ token, filesOrigin }: InPageOptions): string {
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
  if (location.origin === ${JSON.stringify(filesOrigin)}) {
    var open = XMLHttpRequest.prototype.open;
    XMLHttpRequest.prototype.open = function (method, url) {
      var args = Array.prototype.slice.call(arguments);
      args[1] = String(url).replace(/^file:\\/\\//, location.origin);
      return open.apply(this, args);
    };
  }
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
