/*
 * Phantombuster's agent module, as its documents of 2015 to 2020 have it ("Agent Module"): what a
 * script keeps, fetches and tells. Each call is begun at once and answered by the loop, as
 * `callback(err, value)`; without a callback it is a promise.
 */
(function (global, guest) {
  "use strict";
  var RealPromise = Promise;
  var begun = {};
  var pending = 0;
  var lastCall = 0;
  var others = guest.waitsFor;
  guest.waitsFor = function () {
    return pending > 0 || others();
  };
  guest.listeners.answer = function (event) {
    var done = begun[event.call];
    delete begun[event.call];
    pending -= 1;
    if (done) done(event.error, event.value);
  };

  function begin(name, value, done) {
    var call = (lastCall += 1);
    begun[call] = done;
    pending += 1;
    try {
      guest.host("buster." + name, { call: call, value: value });
    } catch (error) {
      pending -= 1;
      delete begun[call];
      setTimeout(function () {
        done(error.message);
      }, 0);
    }
  }

  function argumentOf(text) {
    try {
      return JSON.parse(text);
    } catch {
      return {};
    }
  }
  function isNothing(value) {
    return value === undefined || value === null;
  }
  function textOf(value) {
    return isNothing(value) ? null : String(value);
  }

  function Buster(casper) {
    if (!(this instanceof Buster)) return new Buster(casper);
    var about = guest.host("buster.about");
    this.argument = this.arguments = argumentOf(about.argument);
    this.agentId = about.agentId;
    this.containerId = about.containerId;
    this.apiKey = about.apiKey;
    this.retryCount = about.retryCount;
    this.maxRetries = about.maxRetries;
    this.proxyAddress = "";
    Object.defineProperty(this, "__casper", { value: casper || null });
    Object.defineProperty(this, "__blocks", { value: 0, writable: true });
  }

  Buster.prototype.blockSteps = function () {
    if (!this.__casper) return;
    this.__blocks += 1;
    this.__casper.waitStart();
  };
  Buster.prototype.unblockSteps = function () {
    if (!this.__casper || this.__blocks === 0) return;
    this.__blocks -= 1;
    if (this.__blocks === 0) this.__casper.waitDone();
  };

  /** What a call without a callback gives back. A failure that nobody hears of is printed. */
  function Promised(name) {
    var heard = false;
    var settle = {};
    var promise = new RealPromise(function (resolve, reject) {
      settle.resolve = resolve;
      settle.reject = reject;
    });
    promise.catch(function () {});
    // oxlint-disable-next-line unicorn/no-thenable -- it stands for a promise, and has to know who asks
    this.then = function (onValue, onError) {
      heard = true;
      return promise.then(onValue, onError);
    };
    this.catch = function (onError) {
      return this.then(undefined, onError);
    };
    this.finally = function (work) {
      heard = true;
      return promise.finally(work);
    };
    Object.defineProperty(this, "__settle", {
      value: function (error, value) {
        if (isNothing(error)) return settle.resolve(value);
        if (!heard) guest.print("buster." + name + "(): " + error + "\n");
        return settle.reject(new Error(error));
      },
    });
  }

  /** @param read What the arguments before the callback mean, as the host takes it. */
  function member(name, read) {
    Buster.prototype[name] = function () {
      var buster = this;
      var args = Array.prototype.slice.call(arguments);
      while (args.length > 0 && args[args.length - 1] === undefined) args.pop();
      var callback = typeof args[args.length - 1] === "function" ? args.pop() : null;
      var promised = callback ? undefined : new Promised(name);
      buster.blockSteps();
      begin(name, read(args), function (error, value) {
        try {
          if (!callback) promised.__settle(error, value);
          else if (isNothing(error)) callback(null, value);
          else callback(error);
        } finally {
          buster.unblockSteps();
        }
      });
      return promised;
    };
  }

  function remote(args) {
    return { from: textOf(args[0]), saveAs: textOf(args[1]), headers: args[2] || {} };
  }
  member("save", remote);
  member("download", remote);
  member("saveFolder", function (args) {
    return { path: textOf(args[0]), saveAs: textOf(args[1]) };
  });
  function content(args) {
    return { text: textOf(args[0]), saveAs: textOf(args[1]), mime: textOf(args[2]) };
  }
  member("saveText", content);
  member("saveBase64", content);

  member("getAgentObject", function (args) {
    return { agent: isNothing(args[0]) ? null : Number(args[0]) };
  });
  member("setAgentObject", function (args) {
    var named = args.length > 1;
    return { agent: named ? Number(args[0]) : null, object: args[named ? 1 : 0] };
  });
  member("getGlobalObject", function () {
    return null;
  });
  member("setGlobalObject", function (args) {
    return { object: args[0] };
  });
  member("setResultObject", function (args) {
    return { object: args[0] };
  });

  member("overrideTimeLimit", function (args) {
    return Number(args[0]);
  });
  member("getTimeLeft", function () {
    return null;
  });
  member("mail", function (args) {
    return { subject: textOf(args[0]), text: textOf(args[1]), to: textOf(args[2]) };
  });
  member("notify", function (args) {
    var options = args[1] || {};
    return {
      message: textOf(args[0]),
      title: textOf(options.title),
      url: textOf(options.url),
      urlTitle: textOf(options.url_title),
    };
  });
  Buster.prototype.pushover = Buster.prototype.notify;
  ["solveCaptcha", "solveCaptchaBase64", "solveCaptchaImage", "solveNoCaptcha"].forEach(
    function (name) {
      member(name, function () {
        return null;
      });
    },
  );

  /** Tells without a word back. */
  Buster.prototype.progressHint = function (progress, label) {
    guest.host("buster.progressHint", {
      ratio: isNothing(progress) ? 1 : Number(progress),
      label: isNothing(label) ? "" : String(label),
    });
  };

  // `create()` is the module of the older scripts, `new` that of the newer ones.
  Buster.create = function (casper) {
    return new Buster(casper);
  };
  Buster.default = Buster;
  guest.builtins.phantombuster =
    guest.builtins["phantombuster-v1"] =
    guest.builtins.buster =
      function () {
        return Buster;
      };
})(globalThis, globalThis.__guest);
