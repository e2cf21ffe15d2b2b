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
})();${inPageDoors(token)}`;
}

/**
 * The ways out of a page that the browser lets nobody hold up are watched, or not there: a socket
 * is opened once an address at its host was judged (`/<token>`, which never leaves the browser).
 * PhantomJS knew none of the others. For windows and workers, before any script of theirs.
 */
export function inPageDoors(token: string): string {
  return `(function (self) {
  ["RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport", "WebSocketStream", "SharedWorker"]
    .forEach(function (name) { delete self[name]; });
  delete Object.getPrototypeOf(self.navigator).serviceWorker;
  var Socket = self.WebSocket, Address = self.URL, Asking = self.XMLHttpRequest;
  if (!Socket || !Asking) return;
  var apply = Reflect.apply, construct = Reflect.construct, Refusal = self.DOMException;
  var open = Asking.prototype.open, send = Asking.prototype.send;
  function getter(name) { return Object.getOwnPropertyDescriptor(Address.prototype, name).get; }
  var href = getter("href"), protocol = getter("protocol"), host = getter("host");
  function WebSocket(url, protocols) {
    var address = new Address(url, self.document ? self.document.baseURI : self.location.href);
    var scheme = apply(protocol, address, []);
    var asking = new Asking();
    var plain = scheme === "wss:" || scheme === "https:" ? "https://" : "http://";
    apply(open, asking, ["GET", plain + apply(host, address, []) + ${JSON.stringify(`/${token}`)}, false]);
    try {
      apply(send, asking, []);
    } catch (_) {
      throw new Refusal("The address is not allowed.", "SecurityError");
    }
    var to = apply(href, address, []);
    var args = protocols === undefined ? [to] : [to, protocols];
    return construct(Socket, args, new.target === WebSocket ? Socket : new.target);
  }
  WebSocket.prototype = Socket.prototype;
  ["CONNECTING", "OPEN", "CLOSING", "CLOSED"].forEach(function (name, value) {
    Object.defineProperty(WebSocket, name, { value: value, enumerable: true });
  });
  var own = { configurable: true, writable: true, value: WebSocket };
  Object.defineProperty(Socket.prototype, "constructor", own);
  Object.defineProperty(self, "WebSocket", own);
})(self);`;
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

/** The browser's own reading of some HTML, as plain values. Runs in a page, and leaves it be. */
export function inPageParse(html: string): string {
  return `(function (html) {
  function plain(node) {
    if (node.nodeType !== 1) return node.nodeValue;
    return {
      name: node.nodeName.toLowerCase(),
      type: node.constructor.name,
      attributes: Array.from(node.attributes, function (a) { return [a.name, a.value]; }),
      children: children(node),
    };
  }
  function children(node) {
    return Array.from(node.childNodes)
      .filter(function (child) { return child.nodeType === 1 || child.nodeType === 3; })
      .map(plain);
  }
  return children(new DOMParser().parseFromString("<body>" + html, "text/html").body);
})(${JSON.stringify(html)})`;
}

/** Numbers of the elements of some markup that a selector or path leads to; runs in a page. */
export function inPageFind(order: { markup: string; kind: string; what: string }): string {
  return `(function (order) {
  var parsed = new DOMParser().parseFromString(order.markup, "text/html");
  var namespaces = {
    svg: "http://www.w3.org/2000/svg",
    mathml: "http://www.w3.org/1998/Math/MathML",
  };
  var found = [];
  if (order.kind === "path") {
    var resolve = function (prefix) { return namespaces[prefix] || null; };
    var all = parsed.evaluate(order.what, parsed, resolve, 7, null);
    for (var i = 0; i < all.snapshotLength; i += 1) found.push(all.snapshotItem(i));
  } else found = Array.from(parsed.querySelectorAll(order.what));
  return found
    .map(function (node) { return node.getAttribute && node.getAttribute("data-number"); })
    .filter(function (number) { return number !== null; })
    .map(Number);
})(${JSON.stringify(order)})`;
}
