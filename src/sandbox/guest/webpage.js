/*
 * PhantomJS's `webpage`: an object per page of the browser, whose calls stand still until the
 * page has answered, and whose callbacks the loop brings. phantomjs.org/api/webpage.
 */
(function (global, guest) {
  "use strict";
  var pages = {};

  var CALLBACKS = [
    "onInitialized",
    "onLoadStarted",
    "onLoadFinished",
    "onUrlChanged",
    "onNavigationRequested",
    "onRepaintRequested",
    "onResourceRequested",
    "onResourceReceived",
    "onResourceError",
    "onResourceTimeout",
    "onAlert",
    "onConsoleMessage",
    "onClosing",
    "onPageCreated",
    "onError",
    "onConfirm",
    "onPrompt",
    "onFilePicker",
    "onCallback",
    "onLongRunningScript",
  ];
  /** The page waits for the script's word only where there is somebody to give it. */
  var ASKED = ["onResourceRequested", "onConfirm", "onPrompt", "onCallback", "onFilePicker"];

  /** Keys by the names and numbers of Qt, which PhantomJS speaks. */
  var KEYS = {
    Space: 32,
    Escape: 16777216,
    Tab: 16777217,
    Backtab: 16777218,
    Backspace: 16777219,
    Return: 16777220,
    Enter: 16777221,
    Insert: 16777222,
    Delete: 16777223,
    Pause: 16777224,
    Print: 16777225,
    Home: 16777232,
    End: 16777233,
    Left: 16777234,
    Up: 16777235,
    Right: 16777236,
    Down: 16777237,
    PageUp: 16777238,
    PageDown: 16777239,
    Shift: 16777248,
    Control: 16777249,
    Meta: 16777250,
    Alt: 16777251,
    CapsLock: 16777252,
  };
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".split("").forEach(function (key) {
    KEYS[key] = key.charCodeAt(0);
  });
  for (var number = 1; number <= 12; number += 1) KEYS["F" + number] = 16777263 + number;
  var EVENT = {
    modifier: {
      none: 0,
      shift: 0x02000000,
      ctrl: 0x04000000,
      alt: 0x08000000,
      meta: 0x10000000,
      keypad: 0x20000000,
      group: 0x40000000,
    },
    key: KEYS,
  };

  function copy(value) {
    return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  }

  function sourceOf(script) {
    if (typeof script !== "function" && typeof script !== "string") {
      throw new TypeError("Wrong use of WebPage#evaluate");
    }
    return script.toString();
  }

  function WebPage(id) {
    var self = this;
    Object.defineProperty(this, "__id", { value: id });
    pages[id] = this;
    this.objectName = "WebPage";
    this.settings = copy(global.phantom.defaultPageSettings);
    this.libraryPath = guest.fs.workingDirectory;
    this.paperSize = {};
    this.clipRect = { left: 0, top: 0, width: 0, height: 0 };
    this.offlineStoragePath = "/tmp";
    this.offlineStorageQuota = 5242880;
    this.event = EVENT;
    this.pages = [];
    var callbacks = {};
    var listening = "";
    CALLBACKS.forEach(function (name) {
      Object.defineProperty(self, name, {
        enumerable: true,
        configurable: true,
        get: function () {
          return callbacks[name];
        },
        set: function (callback) {
          callbacks[name] = callback;
          var asked = ASKED.filter(function (each) {
            return typeof callbacks[each] === "function";
          });
          if (asked.join() === listening) return;
          listening = asked.join();
          self.__tell("listen", asked);
        },
      });
    });
    var locked = false;
    Object.defineProperty(this, "navigationLocked", {
      enumerable: true,
      get: function () {
        return locked;
      },
      set: function (value) {
        locked = Boolean(value);
        self.__tell("lock", locked);
      },
    });
    var owns = true;
    Object.defineProperty(this, "ownsPages", {
      enumerable: true,
      get: function () {
        return owns;
      },
      set: function (value) {
        owns = Boolean(value);
      },
    });
  }

  // Scripts tell a page from other objects by Qt's name for it.
  Object.defineProperty(WebPage.prototype, Symbol.toStringTag, { value: "QtRuntimeObject" });

  function hidden(name, value) {
    Object.defineProperty(WebPage.prototype, name, { value: value });
  }
  /** Something quick. */
  hidden("__tell", function (operation, argument) {
    return guest.host("page." + operation, { page: this.__id, value: argument });
  });
  /** Something during which the page may ask the script. */
  hidden("__work", function (operation, argument) {
    return guest.work("page." + operation, { page: this.__id, value: argument });
  });
  hidden("__settings", function () {
    var settings = this.settings;
    return {
      userAgent: settings.userAgent,
      userName: settings.userName,
      password: settings.password,
      javascriptEnabled: settings.javascriptEnabled,
      loadImages: settings.loadImages,
      resourceTimeout: settings.resourceTimeout,
      webSecurityEnabled: settings.webSecurityEnabled,
    };
  });

  function property(name, operation, write) {
    Object.defineProperty(WebPage.prototype, name, {
      enumerable: true,
      configurable: true,
      get: function () {
        return this.__work(operation);
      },
      set: function (value) {
        if (write) this.__work(write, copy(value));
      },
    });
  }
  property("url", "url");
  property("title", "title");
  property("content", "content", "setContent");
  property("plainText", "plainText");
  property("loading", "loading");
  property("loadingProgress", "loadingProgress");
  property("canGoBack", "canGoBack");
  property("canGoForward", "canGoForward");
  property("windowName", "windowName");
  property("frameUrl", "frameUrl");
  property("frameTitle", "frameTitle");
  property("frameContent", "frameContent", "setFrameContent");
  property("framePlainText", "framePlainText");
  property("frameName", "frameName");
  property("focusedFrameName", "focusedFrameName");
  property("framesCount", "framesCount");
  property("framesName", "framesName");
  property("viewportSize", "viewportSize", "setViewportSize");
  property("scrollPosition", "scrollPosition", "setScrollPosition");
  property("zoomFactor", "zoomFactor", "setZoomFactor");
  property("customHeaders", "customHeaders", "setCustomHeaders");
  property("cookies", "cookies", "setCookies");
  Object.defineProperty(WebPage.prototype, "pagesWindowName", {
    enumerable: true,
    get: function () {
      return this.pages.map(function (page) {
        return page.windowName;
      });
    },
  });

  function method(name, run) {
    WebPage.prototype[name] = run;
  }

  // ---- scripts inside of the page ----

  function evaluate(page, source) {
    var result = page.__work("evaluate", source);
    return result === null || result === undefined ? null : result.value;
  }
  function callOf(script, args) {
    return "(" + sourceOf(script) + ").apply(this, " + JSON.stringify(args) + ")";
  }
  method("evaluate", function (script) {
    return evaluate(this, callOf(script, Array.prototype.slice.call(arguments, 1)));
  });
  method("evaluateJavaScript", function (source) {
    return evaluate(this, "(" + source + ")()");
  });
  method("evaluateAsync", function (script, delay) {
    var call = callOf(script, Array.prototype.slice.call(arguments, 2));
    evaluate(this, "void setTimeout(function () { " + call + "; }, " + (Number(delay) || 0) + ")");
  });
  method("injectJs", function (path) {
    var file = guest.findScript(path, this.libraryPath);
    if (file === null) return false;
    this.__work("inject", guest.fs.read(file));
    return true;
  });
  method("includeJs", function (url, done) {
    this.__work("include", String(url));
    if (typeof done === "function") done.call(this);
  });

  // ---- going places ----

  /** `open(url, [method, [data, [headers]]], [done])` and `open(url, options, [done])`. */
  method("open", function (url) {
    var args = Array.prototype.slice.call(arguments, 1);
    var done = args.length > 0 && typeof args[args.length - 1] === "function" ? args.pop() : null;
    var how = typeof args[0] === "object" && args[0] !== null ? args[0] : {};
    if (typeof args[0] === "string") how = { method: args[0], data: args[1], headers: args[2] };
    Object.defineProperty(this, "__opened", { value: done, writable: true, configurable: true });
    this.openUrl(url, how, this.settings);
  });
  method("openUrl", function (url, how, settings) {
    var options = typeof how === "string" ? { method: how } : how || {};
    if (settings) this.settings = settings;
    var data = options.data;
    if (data !== null && typeof data === "object") {
      data = Object.keys(data)
        .map(function (name) {
          return encodeURIComponent(name) + "=" + encodeURIComponent(data[name]);
        })
        .join("&");
    }
    this.__work("open", {
      url: String(url),
      method: String(options.operation || options.method || "get").toUpperCase(),
      headers: copy(options.headers || {}),
      data: data === undefined || data === null ? null : String(data),
      settings: this.__settings(),
    });
  });
  ["goBack", "goForward", "reload", "stop"].forEach(function (name) {
    method(name, function () {
      return this.__work(name);
    });
  });
  method("go", function (steps) {
    return this.__work("go", Number(steps));
  });
  method("setContent", function (content, url) {
    this.__work("setContentAt", { content: String(content), url: String(url) });
  });
  method("close", function () {
    if (!pages[this.__id]) return;
    if (this.ownsPages) {
      this.pages.slice().forEach(function (page) {
        page.close();
      });
    }
    this.__work("close");
    closed(this);
  });
  method("release", WebPage.prototype.close);

  // ---- frames ----

  method("switchToFrame", function (which) {
    return this.__tell("switchToFrame", which);
  });
  method("switchToChildFrame", WebPage.prototype.switchToFrame);
  method("switchToMainFrame", function () {
    this.__tell("switchToMainFrame");
  });
  method("switchToParentFrame", function () {
    return this.__tell("switchToParentFrame");
  });
  method("switchToFocusedFrame", function () {
    this.__work("switchToFocusedFrame");
  });
  method("childFramesCount", function () {
    return this.framesCount;
  });
  method("childFramesName", function () {
    return this.framesName;
  });
  method("currentFrameName", function () {
    return this.frameName;
  });

  method("getPage", function (windowName) {
    return (
      this.pages.filter(function (page) {
        return page.windowName === windowName;
      })[0] || null
    );
  });

  // ---- hands and eyes ----

  method("sendEvent", function (type, first, second, third, modifier) {
    this.__work("sendEvent", {
      type: String(type),
      args: [first, second, third].map(function (each) {
        return each === undefined ? null : each;
      }),
      modifier: Number(modifier) || 0,
    });
  });
  method("uploadFile", function (selector, files) {
    this.__work("upload", {
      selector: String(selector),
      files: [].concat(files).map(guest.fs.absolute),
    });
  });
  function picture(page, format, quality) {
    return {
      format: format,
      quality: Number(quality) >= 0 ? Number(quality) : null,
      clip: copy(page.clipRect),
      paper: copy(page.paperSize),
    };
  }
  method("render", function (path, options) {
    var how = typeof options === "object" && options !== null ? options : {};
    var format = String(how.format || guest.fs.extension(path) || "png").toLowerCase();
    return this.__work("render", {
      path: String(path),
      picture: picture(this, format, how.quality),
    });
  });
  method("renderBase64", function (format) {
    return this.__work("renderBase64", picture(this, String(format || "png").toLowerCase()));
  });

  // ---- cookies ----

  method("addCookie", function (cookie) {
    return this.__work("addCookie", copy(cookie));
  });
  method("deleteCookie", function (name) {
    return this.__work("deleteCookie", String(name));
  });
  method("clearCookies", function () {
    this.__work("clearCookies");
  });
  method("clearMemoryCache", function () {});

  // ---- what the loop brings ----

  function fire(page, name, args) {
    var callback = page[name];
    return typeof callback === "function" ? callback.apply(page, args) : undefined;
  }
  function closed(page) {
    delete pages[page.__id];
    fire(page, "onClosing", [page]);
  }

  var LISTENERS = {
    onPageCreated: function (page, args) {
      var popup = new WebPage(args[0]);
      page.pages.push(popup);
      fire(page, "onPageCreated", [popup]);
    },
    onClosing: function (page) {
      closed(page);
    },
    onResourceRequested: function (page, args) {
      var verdict = { abort: false, url: null, headers: {} };
      fire(page, "onResourceRequested", [
        args[0],
        {
          abort: function () {
            verdict.abort = true;
          },
          changeUrl: function (url) {
            verdict.url = String(url);
          },
          setHeader: function (name, value) {
            verdict.headers[name] = value === undefined || value === null ? null : String(value);
          },
        },
      ]);
      return verdict;
    },
    onResourceReceived: function (page, args) {
      args[0].time = new Date(args[0].time);
      fire(page, "onResourceReceived", args);
    },
    onLoadFinished: function (page, args) {
      fire(page, "onLoadFinished", args);
      var done = page.__opened;
      if (done) {
        page.__opened = null;
        done.apply(page, args);
      }
    },
    onConfirm: function (page, args) {
      return page.onConfirm ? Boolean(fire(page, "onConfirm", args)) : true;
    },
    onPrompt: function (page, args) {
      var given = page.onPrompt ? fire(page, "onPrompt", args) : args[1];
      return given === null || given === undefined ? null : String(given);
    },
  };
  guest.listeners.page = function (event) {
    var page = pages[event.page];
    if (!page) return undefined;
    var listener = LISTENERS[event.name];
    return listener ? listener(page, event.args) : fire(page, event.name, event.args);
  };
  guest.waitsFor = function () {
    return Object.keys(pages).length > 0 || guest.servers > 0;
  };

  guest.builtins.webpage = {
    create: function (options) {
      var page = new WebPage(guest.host("page.create", copy(global.phantom.defaultPageSettings)));
      Object.keys(options || {}).forEach(function (name) {
        if (name === "settings") {
          Object.keys(options.settings).forEach(function (setting) {
            page.settings[setting] = options.settings[setting];
          });
        } else page[name] = options[name];
      });
      return page;
    },
  };
  global.WebPage = guest.builtins.webpage.create;
})(globalThis, globalThis.__guest);
