/*
 * A small document for the script's own world, which in PhantomJS is a page too: enough to build
 * XML and write it out, to take an address apart, and to look for nodes as the browser would.
 */
(function (global, guest) {
  "use strict";

  function Node(type, name) {
    this.nodeType = type;
    this.nodeName = name;
    this.childNodes = [];
    this.parentNode = null;
  }
  Node.ELEMENT_NODE = 1;
  Node.TEXT_NODE = 3;
  Node.CDATA_SECTION_NODE = 4;
  Node.DOCUMENT_NODE = 9;
  Node.prototype = {
    constructor: Node,
    get firstChild() {
      return this.childNodes[0] || null;
    },
    get lastChild() {
      return this.childNodes[this.childNodes.length - 1] || null;
    },
    get children() {
      return this.childNodes.filter(function (node) {
        return node.nodeType === 1;
      });
    },
    get textContent() {
      return this.childNodes
        .map(function (node) {
          return node.nodeType === 1 ? node.textContent : node.data;
        })
        .join("");
    },
    set textContent(text) {
      this.childNodes = [];
      this.appendChild(textNode(3, "#text", text));
    },
    appendChild: function (node) {
      if (node.parentNode) node.parentNode.removeChild(node);
      this.childNodes.push(node);
      node.parentNode = this;
      return node;
    },
    removeChild: function (node) {
      this.childNodes = this.childNodes.filter(function (each) {
        return each !== node;
      });
      node.parentNode = null;
      return node;
    },
    hasChildNodes: function () {
      return this.childNodes.length > 0;
    },
    getElementsByTagName: function (name) {
      return this.children.reduce(function (found, node) {
        var own = name === "*" || node.nodeName.toLowerCase() === name.toLowerCase() ? [node] : [];
        return found.concat(own, node.getElementsByTagName(name));
      }, []);
    },
    querySelector: function (selector) {
      return this.querySelectorAll(selector)[0] || null;
    },
    querySelectorAll: function (selector) {
      return find(this, "selector", String(selector));
    },
  };

  /** Asks the browser, which knows selectors and paths; it gets the nodes' places to name. */
  function find(root, kind, what) {
    var all = root.getElementsByTagName("*");
    var numbers = new Map();
    all.forEach(function (node, number) {
      numbers.set(node, number);
    });
    var markup = root.childNodes
      .map(function (node) {
        return serialize(node, numbers);
      })
      .join("");
    var found;
    try {
      found = guest.host("document.find", { markup: markup, kind: kind, what: what });
    } catch (refused) {
      throw new SyntaxError(refused.message);
    }
    return found.map(function (number) {
      return all[number];
    });
  }

  /** What the browser made of some HTML, as nodes. */
  function grow(parsed) {
    if (typeof parsed === "string") return textNode(3, "#text", parsed);
    var element = new Element(parsed.name);
    Object.defineProperty(element, Symbol.toStringTag, { value: parsed.type });
    parsed.attributes.forEach(function (attribute) {
      element.setAttribute(attribute[0], attribute[1]);
    });
    parsed.children.forEach(function (child) {
      element.appendChild(grow(child));
    });
    return element;
  }

  function textNode(type, name, text) {
    var node = new Node(type, name);
    node.data = node.nodeValue = String(text);
    return node;
  }

  function Element(name) {
    Node.call(this, 1, name);
    this.tagName = name;
    this.attributes = [];
    this.style = {};
  }
  Element.prototype = Object.create(Node.prototype);
  Element.prototype.constructor = Element;
  Element.prototype.setAttribute = function (name, value) {
    this.removeAttribute(name);
    this.attributes.push({ name: name, value: String(value) });
  };
  Element.prototype.removeAttribute = function (name) {
    this.attributes = this.attributes.filter(function (attribute) {
      return attribute.name !== name;
    });
  };
  Element.prototype.getAttribute = function (name) {
    var found = this.attributes.filter(function (attribute) {
      return attribute.name === name;
    })[0];
    return found ? found.value : null;
  };
  Element.prototype.hasAttribute = function (name) {
    return this.getAttribute(name) !== null;
  };
  ["id", "name", "src", "type", "value"].forEach(function (name) {
    Object.defineProperty(Element.prototype, name, {
      get: function () {
        return this.getAttribute(name) || "";
      },
      set: function (value) {
        this.setAttribute(name, value);
      },
    });
  });
  Object.defineProperty(Element.prototype, "innerHTML", {
    get: function () {
      return this.childNodes
        .map(function (node) {
          return serialize(node);
        })
        .join("");
    },
    set: function (html) {
      this.childNodes = [];
      if (html === null || html === "") return;
      guest.host("document.parse", String(html)).map(grow).forEach(this.appendChild, this);
    },
  });
  Object.defineProperty(Element.prototype, "outerHTML", {
    get: function () {
      return serialize(this);
    },
  });
  // Addresses of links, taken apart as a browser does.
  ["href", "protocol", "host", "hostname", "port", "pathname", "search", "hash"].forEach(
    function (part) {
      Object.defineProperty(Element.prototype, part, {
        get: function () {
          var href = this.getAttribute("href");
          return href === null ? "" : guest.host("url.part", { url: href, part: part });
        },
        set: function (value) {
          if (part === "href") this.setAttribute("href", value);
        },
      });
    },
  );

  function escapeText(text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }
  /** @param numbers Elements' numbers, to be written beside their attributes. */
  function serialize(node, numbers) {
    if (node.nodeType === 3) return escapeText(node.data);
    if (node.nodeType === 4) return "<![CDATA[" + node.data + "]]>";
    var inside = node.childNodes
      .map(function (child) {
        return serialize(child, numbers);
      })
      .join("");
    if (node.nodeType === 9) return inside;
    var attributes = node.attributes
      .map(function (attribute) {
        return (
          " " + attribute.name + '="' + escapeText(attribute.value).replace(/"/g, "&quot;") + '"'
        );
      })
      .join("");
    var number = numbers ? ' data-number="' + numbers.get(node) + '"' : "";
    var head = "<" + node.nodeName + attributes + number;
    return inside === "" && !numbers
      ? head + "/>"
      : head + ">" + inside + "</" + node.nodeName + ">";
  }

  function Document() {
    Node.call(this, 9, "#document");
  }
  Document.prototype = Object.create(Node.prototype);
  Document.prototype.constructor = Document;
  Object.defineProperty(Document.prototype, "documentElement", {
    get: function () {
      return this.children[0] || null;
    },
  });
  Document.prototype.createElement = function (name) {
    return new Element(String(name));
  };
  Document.prototype.createElementNS = function (_namespace, name) {
    return new Element(String(name));
  };
  Document.prototype.createTextNode = function (text) {
    return textNode(3, "#text", text);
  };
  Document.prototype.createCDATASection = function (text) {
    return textNode(4, "#cdata-section", text);
  };
  Document.prototype.getElementById = function (id) {
    return (
      this.getElementsByTagName("*").filter(function (node) {
        return node.getAttribute("id") === id;
      })[0] || null
    );
  };
  /** All nodes that a path leads to, in the order of the document. */
  Document.prototype.evaluate = function (path, root) {
    var found = find(root || this, "path", String(path));
    var next = 0;
    return {
      snapshotLength: found.length,
      singleNodeValue: found[0] || null,
      snapshotItem: function (index) {
        return found[index] || null;
      },
      iterateNext: function () {
        next += 1;
        return found[next - 1] || null;
      },
    };
  };
  Document.prototype.addEventListener = function () {};
  Document.prototype.removeEventListener = function () {};
  Document.prototype.implementation = {
    createDocument: function (_namespace, name) {
      var created = new Document();
      if (name) created.appendChild(created.createElement(name));
      return created;
    },
  };

  global.XPathResult = {
    ANY_TYPE: 0,
    ORDERED_NODE_ITERATOR_TYPE: 5,
    ORDERED_NODE_SNAPSHOT_TYPE: 7,
    FIRST_ORDERED_NODE_TYPE: 9,
  };
  global.Node = Node;
  global.Element = global.HTMLElement = Element;
  global.Document = global.HTMLDocument = global.XMLDocument = Document;
  global.XMLSerializer = function XMLSerializer() {};
  global.XMLSerializer.prototype.serializeToString = serialize;
  global.document = new Document();
  var html = global.document.appendChild(global.document.createElement("html"));
  global.document.head = html.appendChild(global.document.createElement("head"));
  global.document.body = html.appendChild(global.document.createElement("body"));
  global.location = {
    href: "about:blank",
    protocol: "about:",
    hash: "",
    search: "",
    pathname: "blank",
  };
})(globalThis, globalThis.__guest);
