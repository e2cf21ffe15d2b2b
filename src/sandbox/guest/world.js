/*
 * The guest's world, before any script: the one way to the host, the clock, chance, timers, the
 * console, and the loop's turn. Runs inside the interpreter, in whose ES5 the scripts are written
 * that it serves; `guest` is what the files of this folder share.
 */
(function (global, guest) {
  "use strict";
  var reach = global.__host;
  delete global.__host;

  /** Asks the host; throws what it refuses. `null` and nothing are the same to it. */
  guest.host = function (operation, argument) {
    var answer = JSON.parse(
      reach(operation, JSON.stringify(argument === undefined ? null : argument)),
    );
    if (answer.refused !== undefined) throw new Error(answer.refused);
    return answer.value;
  };

  /**
   * Evaluates a script as it stands in a file, so that errors name the file and its lines. Where
   * the interpreter cannot, the lines are counted all the same.
   */
  guest.named = function (file, source) {
    var value = reach("evaluate", JSON.stringify({ file: file, source: source }));
    return value === "cannot" ? (0, eval)(source) : value;
  };

  // ---- clock and chance: the host's ----

  var RealDate = Date;
  var now = function () {
    return guest.host("now");
  };
  function HostDate() {
    if (!(this instanceof HostDate)) return new RealDate(now()).toString();
    var parts = [null].concat(Array.prototype.slice.call(arguments));
    if (parts.length === 1) parts.push(now());
    var date = new (Function.prototype.bind.apply(RealDate, parts))();
    Object.setPrototypeOf(date, Object.getPrototypeOf(this));
    return date;
  }
  HostDate.prototype = RealDate.prototype;
  HostDate.prototype.constructor = HostDate;
  HostDate.now = now;
  HostDate.parse = RealDate.parse;
  HostDate.UTC = RealDate.UTC;
  Object.defineProperty(HostDate, "name", { value: "Date" });
  Object.defineProperty(HostDate, "length", { value: 7 });
  global.Date = HostDate;
  Math.random = function () {
    return guest.host("random");
  };

  // ---- timers ----

  var MAX_TIMERS = 10000;
  var timers = {};
  var timerCount = 0;
  var lastTimer = 0;
  function addTimer(work, delay, repeats, args) {
    if (timerCount >= MAX_TIMERS) {
      throw new Error("A script has at most " + MAX_TIMERS + " timers.");
    }
    timerCount += 1;
    lastTimer += 1;
    var wait = Math.max(Number(delay) || 0, repeats ? 1 : 0);
    timers[lastTimer] = { work: work, at: now() + wait, every: repeats ? wait : null, args: args };
    return lastTimer;
  }
  global.setTimeout = function (work, delay) {
    return addTimer(work, delay, false, Array.prototype.slice.call(arguments, 2));
  };
  global.setInterval = function (work, delay) {
    return addTimer(work, delay, true, Array.prototype.slice.call(arguments, 2));
  };
  function dropTimer(id) {
    if (!Object.prototype.hasOwnProperty.call(timers, id)) return;
    timerCount -= 1;
    delete timers[id];
  }
  global.clearTimeout = global.clearInterval = dropTimer;

  /** The timer that is due first; of several the oldest. */
  function firstTimer() {
    var first = null;
    Object.keys(timers).forEach(function (id) {
      if (first === null || timers[id].at < timers[first].at) first = id;
    });
    return first;
  }

  function ring(id) {
    var timer = timers[id];
    if (timer.every === null) dropTimer(id);
    else timer.at = now() + timer.every;
    guest.guarded(function () {
      if (typeof timer.work === "function") timer.work.apply(global, timer.args);
      else (0, eval)(String(timer.work));
    });
  }

  // ---- console ----

  function shown(value) {
    if (typeof value !== "object" || value === null) return String(value);
    if (value instanceof Error) return String(value);
    try {
      return JSON.stringify(value);
    } catch {
      return String(value);
    }
  }
  /** As PhantomJS does: `%s`, `%d` and their like are filled in, the rest follows. */
  function format(args) {
    var rest = Array.prototype.slice.call(args);
    var first = rest.shift();
    if (typeof first !== "string") return [first].concat(rest).map(shown).join(" ");
    var text = first.replace(/%([sdifoOj%])/g, function (whole, kind) {
      if (kind === "%") return "%";
      if (rest.length === 0) return whole;
      var value = rest.shift();
      if (kind === "d" || kind === "i") return String(parseInt(value, 10));
      if (kind === "f") return String(parseFloat(value));
      return shown(value);
    });
    return [text].concat(rest.map(shown)).join(" ");
  }
  guest.print = function (text) {
    guest.host("print", text);
  };
  function line() {
    guest.print((arguments.length === 0 ? "" : format(arguments)) + "\n");
  }
  global.console = { log: line, info: line, warn: line, error: line, debug: line };

  // ---- errors that reach the top ----

  /** A stack's frames as PhantomJS gives them. */
  guest.trace = function (error) {
    var frames = [];
    String((error && error.stack) || "")
      .split("\n")
      .forEach(function (text) {
        var parts = /^\s*at (?:(.*?) \()?(.*?)(?::(\d+)(?::\d+)?)?\)?$/.exec(text);
        if (!parts || parts[2] === "native") return;
        // What belongs to this world itself is nobody's business.
        if (parts[2].startsWith("outrider:")) return;
        frames.push({
          file: parts[2],
          line: Number(parts[3]) || 0,
          function: parts[1] && parts[1] !== "<anonymous>" && parts[1] !== "<eval>" ? parts[1] : "",
          sourceURL: parts[2],
        });
      });
    return frames;
  };

  guest.exitCode = null;
  guest.exit = function (code) {
    if (guest.exitCode === null) guest.exitCode = code === undefined ? 0 : Number(code) || 0;
  };

  /** Prints an error as PhantomJS's own handler does. */
  guest.printError = function (message, frames) {
    guest.print(message + "\n\n");
    (frames || []).forEach(function (frame) {
      var where = "  " + (frame.file || frame.sourceURL) + ":" + frame.line;
      guest.print(where + (frame.function ? " in " + frame.function : "") + "\n");
    });
  };

  /** Scripts of PhantomJS's day look for its engine's words. */
  function asWebKitSays(message) {
    return message.replace(
      /^ReferenceError: '?([^\s']+)'? is not defined$/,
      "ReferenceError: Can't find variable: $1",
    );
  }

  /** The one that CasperJS sets before it runs the script: it prints, and would hang then too. */
  guest.librarysHandler = null;

  /** Tells the script's own handler; where it has none the run ends (PhantomJS would hang). */
  guest.onUncaught = function (error) {
    var isError = error && typeof error === "object" && "message" in error;
    var message = asWebKitSays(
      isError ? (error.name || "Error") + ": " + error.message : String(error),
    );
    var handler = global.phantom && global.phantom.onError;
    if (typeof handler === "function" && handler !== global.phantom.defaultErrorHandler) {
      try {
        handler.call(global.phantom, message, guest.trace(error));
        if (handler === guest.librarysHandler) guest.exit(1);
        return;
      } catch (second) {
        guest.printError(String(second), guest.trace(second));
      }
    } else {
      guest.printError(message, guest.trace(error));
    }
    guest.exit(1);
  };

  guest.guarded = function (work) {
    try {
      return work();
    } catch (error) {
      guest.onUncaught(error);
      return undefined;
    }
  };

  // ---- the loop ----

  /** Who hears events of the host's, by kind. */
  guest.listeners = {};
  /** How many things there are to wait for beside timers: pages at work, servers that listen. */
  guest.waitsFor = function () {
    return false;
  };

  /**
   * Gives one event of the host's to its listener. One that the host waits on is answered, even
   * when there is nothing to say.
   */
  guest.dispatch = function (event) {
    var listener = guest.listeners[event.kind];
    var answer = guest.guarded(function () {
      return listener ? listener(event) : undefined;
    });
    if (event.reply !== undefined) {
      guest.host("reply", { reply: event.reply, value: answer === undefined ? null : answer });
    }
  };

  /**
   * Asks the host for something that takes its time. Should the page ask something meanwhile
   * (`alert`, `callPhantom`), the answer is that event: it is dealt with before the host goes on.
   */
  guest.work = function (operation, argument) {
    var answer = guest.host(operation, argument);
    while (answer && answer.meanwhile) {
      guest.dispatch(answer.meanwhile);
      answer = guest.host("resume", answer.ticket);
    }
    return answer ? answer.done : undefined;
  };

  /** One turn: an event or a timer. Called again and again by the host until there is an end. */
  Object.defineProperty(global, "__turn", {
    value: function () {
      if (guest.exitCode !== null) return guest.host("end", guest.exitCode);
      var id = firstTimer();
      var wait = id === null ? null : Math.max(0, timers[id].at - now());
      if (id === null && !guest.waitsFor()) return guest.host("end", 0);
      var event = guest.host("next", wait);
      if (event) guest.dispatch(event);
      else if (id !== null && timers[id] && timers[id].at <= now()) ring(id);
      return undefined;
    },
  });
})(globalThis, (globalThis.__guest = {}));
