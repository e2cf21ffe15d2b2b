/* The `phantom` object, and the start of the script. phantomjs.org/api/phantom. */
(function (global, guest) {
  "use strict";
  var start = guest.host("start");

  /** A script by its path, or beside the library path, or another of the account's; null for none. */
  guest.findScript = function (path, libraryPath) {
    var name = String(path);
    var candidates = [name, libraryPath + "/" + name];
    for (var index = 0; index < candidates.length; index += 1) {
      if (guest.fs.isFile(candidates[index])) return guest.fs.absolute(candidates[index]);
    }
    var bare = name.replace(/^\.\//, "");
    if (!guest.host("fs.fetchScript", bare)) return null;
    return guest.home + "/" + (guest.fs.isFile(guest.home + "/" + bare) ? bare : bare + ".js");
  };

  /** Runs a script in the global scope. Errors reach the top from here. */
  function run(file) {
    var source = guest.fs.read(file).replace(/^#!.*/, "");
    try {
      guest.named(file, source);
      return true;
    } catch (error) {
      guest.onUncaught(error);
      return !(error instanceof SyntaxError);
    }
  }

  function Cookies() {
    return guest.host("cookies.list");
  }
  var phantom = {
    args: start.args,
    scriptName: start.script,
    libraryPath: guest.fs.workingDirectory,
    outputEncoding: "UTF-8",
    cookiesEnabled: true,
    page: null,
    version: { major: 2, minor: 1, patch: 1 },
    defaultPageSettings: {
      XSSAuditingEnabled: false,
      javascriptCanCloseWindows: true,
      javascriptCanOpenWindows: true,
      javascriptEnabled: true,
      loadImages: true,
      localToRemoteUrlAccessEnabled: false,
      resourceTimeout: 0,
      userAgent: start.userAgent,
      webSecurityEnabled: true,
    },
    onError: undefined,
    defaultErrorHandler: guest.printError,
    exit: guest.exit,
    debugExit: guest.exit,
    injectJs: function (path) {
      if (start.casperPath !== null && guest.librarysHandler === null) {
        guest.librarysHandler = phantom.onError;
      }
      var file = guest.findScript(path, phantom.libraryPath);
      return file !== null && run(file);
    },
    addCookie: function (cookie) {
      return guest.host("cookies.add", cookie);
    },
    deleteCookie: function (name) {
      return guest.host("cookies.remove", { name: String(name) });
    },
    clearCookies: function () {
      guest.host("cookies.remove", null);
    },
    setProxy: function () {
      throw new Error("phantom.setProxy: a proxy cannot be set here");
    },
    resolveRelativeUrl: function (url, base) {
      return guest.host("url.resolve", { url: String(url), base: String(base) });
    },
    fullyDecodeUrl: function (url) {
      return decodeURIComponent(url);
    },
    createWebPage: function () {
      return global.require("webpage").create();
    },
    createFilesystem: function () {
      return guest.fs;
    },
    createSystem: function () {
      return guest.builtins.system;
    },
    createWebServer: function () {
      return guest.builtins.webserver.create();
    },
  };
  Object.defineProperty(phantom, "cookies", {
    enumerable: true,
    get: Cookies,
    set: function (cookies) {
      phantom.clearCookies();
      cookies.forEach(phantom.addCookie);
    },
  });
  if (start.casperPath !== null) phantom.casperPath = start.casperPath;
  global.phantom = phantom;
  global.window = global;
  Object.defineProperty(global, Symbol.toStringTag, { value: "DOMWindow" });
  global.self = global;
  global.navigator = { userAgent: start.userAgent, platform: "Linux x86_64", language: "en-US" };

  Object.defineProperty(global, "__start", {
    value: function () {
      delete global.__guest;
      run(start.main);
    },
  });
})(globalThis, globalThis.__guest);
