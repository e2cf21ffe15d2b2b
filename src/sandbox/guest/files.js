/* PhantomJS's `fs`, `system` and `child_process`, and CommonJS `require` over them. */
(function (global, guest) {
  "use strict";

  // ---- fs: the run's own files ----

  /** PhantomJS takes `"wb"`, `"w/utf-8"`, or `{mode, charset}`. */
  function modeOf(options, otherwise) {
    var mode = typeof options === "object" && options !== null ? options.mode : options;
    return String(mode || otherwise);
  }
  function isBinary(mode) {
    return /b/.test(mode.split("/")[0]);
  }

  /** An open file; what is written reaches the folder when it is flushed or closed. */
  function Stream(path, mode) {
    this.path = path;
    this.mode = mode;
    this.position = 0;
    this.open = true;
    this.text = /r|\+|a/.test(mode) && fs.exists(path) ? fs.read(path, mode) : "";
    if (/r/.test(mode) && !fs.exists(path)) throw new Error("Unable to open file '" + path + "'");
    if (/w/.test(mode)) this.flushAll();
    if (/a/.test(mode)) this.position = this.text.length;
  }
  Stream.prototype = {
    atEnd: function () {
      return this.position >= this.text.length;
    },
    read: function (count) {
      var end = count === undefined ? this.text.length : this.position + count;
      var text = this.text.slice(this.position, end);
      this.position += text.length;
      return text;
    },
    readLine: function () {
      var end = this.text.indexOf("\n", this.position);
      var text = this.text.slice(this.position, end < 0 ? this.text.length : end);
      this.position = end < 0 ? this.text.length : end + 1;
      return text.replace(/\r$/, "");
    },
    write: function (text) {
      this.text =
        this.text.slice(0, this.position) + text + this.text.slice(this.position + text.length);
      this.position += String(text).length;
      this.dirty = true;
      return true;
    },
    writeLine: function (text) {
      return this.write(text + "\n");
    },
    seek: function (position) {
      this.position = Math.max(0, Math.min(position, this.text.length));
      return true;
    },
    flush: function () {
      if (this.dirty) this.flushAll();
    },
    flushAll: function () {
      guest.host("fs.write", { path: this.path, text: this.text, binary: isBinary(this.mode) });
      this.dirty = false;
    },
    close: function () {
      if (this.open) this.flush();
      this.open = false;
    },
  };
  Object.defineProperty(Stream.prototype, "size", {
    get: function () {
      return this.text.length;
    },
  });

  function stat(path) {
    return guest.host("fs.stat", String(path));
  }
  function isNot(path) {
    return !fs.exists(path);
  }
  var fs = {
    separator: "/",
    tempDirectory: "/tmp",
    workingDirectory: guest.host("fs.folder"),
    exists: function (path) {
      return stat(path) !== null;
    },
    isFile: function (path) {
      var found = stat(path);
      return found !== null && found.type === "file";
    },
    isDirectory: function (path) {
      var found = stat(path);
      return found !== null && found.type === "folder";
    },
    isAbsolute: function (path) {
      return String(path).startsWith("/");
    },
    isLink: function () {
      return false;
    },
    isExecutable: function () {
      return false;
    },
    isReadable: function (path) {
      return fs.exists(path);
    },
    isWritable: function (path) {
      var found = stat(path);
      return found !== null && found.writable;
    },
    absolute: function (path) {
      var text = String(path);
      // CasperJS asks it hundreds of times a page, of paths that are absolute already.
      if (text.startsWith("/") && !/\/\.{0,2}(?:\/|$)/.test(text)) return text;
      return guest.host("fs.absolute", text);
    },
    canonical: function (path) {
      return fs.absolute(path);
    },
    readLink: function () {
      return "";
    },
    size: function (path) {
      var found = stat(path);
      return found ? found.size : 0;
    },
    lastModified: function (path) {
      var found = stat(path);
      return found ? new Date(found.modified) : null;
    },
    open: function (path, options) {
      return new Stream(fs.absolute(path), modeOf(options, "r"));
    },
    read: function (path, options) {
      return guest.host("fs.read", { path: String(path), binary: isBinary(modeOf(options, "r")) });
    },
    write: function (path, text, options) {
      var mode = modeOf(options, "w");
      guest.host("fs.write", {
        path: String(path),
        text: String(text),
        binary: isBinary(mode),
        append: /a/.test(mode),
      });
      return true;
    },
    list: function (path) {
      return [".", ".."].concat(guest.host("fs.list", String(path)));
    },
    touch: function (path) {
      if (isNot(path)) fs.write(path, "");
    },
    makeDirectory: function (path) {
      return isNot(path) && guest.host("fs.makeFolder", { path: String(path), parents: false });
    },
    makeTree: function (path) {
      return guest.host("fs.makeFolder", { path: String(path), parents: true });
    },
    remove: function (path) {
      if (!guest.host("fs.remove", { path: String(path), type: "file" })) {
        throw new Error("Unable to remove file '" + path + "'");
      }
    },
    removeDirectory: function (path) {
      if (!guest.host("fs.remove", { path: String(path), type: "empty" })) {
        throw new Error("Unable to remove directory '" + path + "'");
      }
    },
    removeTree: function (path) {
      if (!guest.host("fs.remove", { path: String(path), type: "tree" })) {
        throw new Error("Unable to remove directory tree '" + path + "'");
      }
    },
    copy: function (from, to) {
      if (!fs.isFile(from) || fs.exists(to)) {
        throw new Error("Unable to copy file '" + from + "' at '" + to + "'");
      }
      fs.write(to, fs.read(from, "rb"), "wb");
    },
    copyTree: function (from, to) {
      fs.makeTree(to);
      fs.list(from)
        .slice(2)
        .forEach(function (name) {
          var source = from + "/" + name;
          if (fs.isDirectory(source)) fs.copyTree(source, to + "/" + name);
          else fs.copy(source, to + "/" + name);
        });
    },
    move: function (from, to) {
      fs.copy(from, to);
      fs.remove(from);
    },
    rename: function (from, to) {
      fs.move(from, to);
    },
    changeWorkingDirectory: function (path) {
      var folder = fs.absolute(path);
      if (!guest.host("fs.enter", folder)) return false;
      fs.workingDirectory = folder;
      return true;
    },
    join: function () {
      return Array.prototype.slice.call(arguments).join("/").replace(/\/+/g, "/");
    },
    split: function (path) {
      return String(path).split("/").filter(Boolean);
    },
    directory: function (path) {
      return String(path).replace(/\/[^/]*$/, "");
    },
    base: function (path) {
      return String(path).replace(/.*\//, "");
    },
    extension: function (path) {
      var parts = /\.([^./]+)$/.exec(path);
      return parts ? parts[1] : "";
    },
  };

  // ---- system ----

  function output() {
    return {
      write: guest.print,
      writeLine: function (text) {
        guest.print(text + "\n");
      },
      flush: function () {},
      close: function () {},
    };
  }
  var nothing = function () {
    return "";
  };
  var system = {
    pid: 1,
    platform: "phantomjs",
    os: { architecture: "64bit", name: "linux", version: "0" },
    env: {},
    args: guest.host("arguments"),
    isSSLSupported: true,
    stdin: {
      readLine: nothing,
      read: nothing,
      atEnd: function () {
        return true;
      },
      close: nothing,
    },
    stdout: output(),
    stderr: output(),
    standardin: null,
    standardout: null,
    standarderr: null,
  };
  system.standardin = system.stdin;
  system.standardout = system.stdout;
  system.standarderr = system.stderr;

  function refuse() {
    throw new Error("child_process: a script cannot start other programs here");
  }

  // ---- require ----

  guest.builtins = {
    fs: fs,
    system: system,
    child_process: { spawn: refuse, execFile: refuse },
  };
  /** Those of them that are made when they are first asked for. */
  var made = {};
  var cache = {};

  function load(file) {
    if (cache[file]) return cache[file].exports;
    var module = { exports: {}, id: file, filename: file, uri: "file://" + file };
    cache[file] = module;
    try {
      if (file.endsWith(".json")) {
        module.exports = JSON.parse(fs.read(file));
        return module.exports;
      }
      var source = fs.read(file).replace(/^#!.*/, "");
      var folder = fs.directory(file);
      var head = "(function (require, exports, module, __filename, __dirname) {";
      var run = guest.named(file, head + source + "\n})");
      module.require = requireFrom(folder);
      run.call(global, module.require, module.exports, module, file, folder);
    } catch (error) {
      delete cache[file];
      throw error;
    }
    return module.exports;
  }

  /** Node's way of finding a file; the account's other scripts lie in the run's own folder. */
  function find(name, folder) {
    var path = name.startsWith("/") ? name : folder + "/" + name;
    var candidates = [path, path + ".js", path + ".json", path + "/index.js"];
    for (var index = 0; index < candidates.length; index += 1) {
      if (fs.isFile(candidates[index])) return fs.absolute(candidates[index]);
    }
    return null;
  }

  function requireFrom(folder) {
    function require(name) {
      if (Object.prototype.hasOwnProperty.call(guest.builtins, name)) {
        var builtin = guest.builtins[name];
        if (typeof builtin !== "function") return builtin;
        if (!Object.prototype.hasOwnProperty.call(made, name)) made[name] = builtin();
        return made[name];
      }
      var file = find(name, folder);
      for (var up = folder; file === null && !/^[./]/.test(name); up = fs.directory(up)) {
        file = find(name, up + "/node_modules");
        if (up === "") break;
      }
      // Written as on Phantombuster: by its bare name.
      if (file === null) file = find(name.replace(/^\.\//, ""), guest.home);
      if (file === null && guest.host("fs.fetchScript", name.replace(/^\.\//, ""))) {
        file = find(name.replace(/^\.\//, ""), guest.home);
      }
      if (file === null) {
        var error = new Error("Cannot find module '" + name + "'");
        error.code = "MODULE_NOT_FOUND";
        throw error;
      }
      return load(file);
    }
    require.cache = cache;
    require.extensions = { ".js": load, ".json": load };
    require.stubs = {};
    require.stub = function (name, exports) {
      delete made[name];
      guest.builtins[name] = typeof exports === "function" ? exports : exports || {};
    };
    require.paths = [];
    return require;
  }

  guest.home = fs.workingDirectory;
  guest.fs = fs;
  guest.requireFrom = requireFrom;
  global.require = requireFrom(fs.workingDirectory);
})(globalThis, globalThis.__guest);
