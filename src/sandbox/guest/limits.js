/*
 * What the interpreter does within one step cannot be interrupted, so a step must not be endless.
 * A list of holes may be 2^53 long, and a search costs the product of two lengths: here such
 * work is measured before it is begun, and paid for in steps. What PhantomJS did not know and
 * nothing could measure is not there. Runs before all others.
 */
(function (global) {
  "use strict";
  var apply = Reflect.apply;
  var isArray = Array.isArray;
  var isView = ArrayBuffer.isView;
  var describe = Object.getOwnPropertyDescriptor;
  var define = Object.defineProperty;
  var parentOf = Object.getPrototypeOf;
  var Whole = Object;
  var Text = String;
  var WrongRange = RangeError;
  var WrongType = TypeError;
  var MAX_LENGTH = 10000000;
  /** Elements that are worth one step. */
  var PER_STEP = 16;

  ["Proxy", "Atomics", "SharedArrayBuffer", "WeakRef", "FinalizationRegistry"].forEach(
    function (name) {
      delete global[name];
    },
  );
  ["BigInt", "BigInt64Array", "BigUint64Array"].forEach(function (name) {
    delete global[name];
  });
  var spreadable = Symbol.isConcatSpreadable;

  function pay(amount) {
    for (var left = amount / PER_STEP - 1; left > 0; left -= 1);
  }

  /** A length that is the same whenever it is asked for. */
  function lengthOf(value) {
    if (value === null || value === undefined) return 0;
    if (isArray(value) || typeof value === "string" || isView(value)) return value.length || 0;
    for (var holder = Whole(value); holder !== null; holder = parentOf(holder)) {
      var found = describe(holder, "length");
      if (!found) continue;
      var length = found.value;
      if (found.get || found.set || (typeof length === "object" && length !== null)) {
        throw new WrongType("The length of a list must be a number");
      }
      return typeof length === "function" ? 0 : +length || 0;
    }
    return 0;
  }
  function payFor(length) {
    if (length > MAX_LENGTH) throw new WrongRange("A list has at most " + MAX_LENGTH + " elements");
    if (length > PER_STEP) pay(length);
  }

  function replace(owner, name, make) {
    var own = describe(owner, name);
    if (!own || typeof own.value !== "function") return;
    var real = own.value;
    var stand = make(real);
    define(stand, "name", { value: name, configurable: true });
    define(stand, "length", { value: real.length, configurable: true });
    own.value = stand;
    define(owner, name, own);
  }

  function listMethod(real) {
    return {
      method() {
        payFor(lengthOf(this));
        return apply(real, this, arguments);
      },
    }.method;
  }
  var CHEAP = { constructor: 1, push: 1, pop: 1, at: 1, keys: 1, values: 1, entries: 1, concat: 1 };
  [Array.prototype, parentOf(Uint8Array.prototype)].forEach(function (owner) {
    Object.getOwnPropertyNames(owner).forEach(function (name) {
      if (!CHEAP[name] && !(describe(owner, name) || {}).get) replace(owner, name, listMethod);
    });
  });
  function spreadLength(value) {
    if (isArray(value)) return value.length;
    if (typeof value !== "object" || value === null) return 0;
    for (var holder = value; holder !== null; holder = parentOf(holder)) {
      if (describe(holder, spreadable)) throw new WrongType("Only lists are spread");
    }
    return 0;
  }
  replace(Array.prototype, "concat", function (real) {
    return {
      concat() {
        var length = spreadLength(this);
        for (var index = 0; index < arguments.length; index += 1) {
          length += spreadLength(arguments[index]);
        }
        payFor(length);
        return apply(real, this, arguments);
      },
    }.concat;
  });

  // Of lists within lists the length of the outer one says nothing.
  function flatten(list, depth, flat) {
    list.forEach(function (each) {
      if (depth > 0 && isArray(each)) flatten(each, depth - 1, flat);
      else flat.push(each);
    });
    return flat;
  }
  replace(Array.prototype, "flat", function () {
    return {
      flat(depth) {
        return flatten(this, depth === undefined ? 1 : +depth || 0, []);
      },
    }.flat;
  });
  replace(Array.prototype, "flatMap", function () {
    return {
      flatMap(work, self) {
        return flatten(this.map(work, self), 1, []);
      },
    }.flatMap;
  });

  // A pattern is interrupted as it goes; what only looks like one is text.
  var patterns = RegExp.prototype;
  [Symbol.replace, Symbol.split, Symbol.match, Symbol.matchAll, Symbol.search].forEach(
    function (name) {
      if (describe(patterns, name))
        define(patterns, name, { writable: false, configurable: false });
    },
  );
  var ownNames = Object.getOwnPropertyNames;
  var ownSymbols = Object.getOwnPropertySymbols;
  function isPattern(value) {
    return (
      typeof value === "object" &&
      value !== null &&
      parentOf(value) === patterns &&
      ownNames(value).length === 1 &&
      ownSymbols(value).length === 0
    );
  }
  var SEARCHES = ["indexOf", "lastIndexOf", "includes", "split", "replace", "replaceAll"];
  SEARCHES.forEach(function (name) {
    replace(String.prototype, name, function (real) {
      return {
        search(what, second) {
          if (this === null || this === undefined) return apply(real, this, arguments);
          var text = Text(this);
          var wanted = isPattern(what) || what === undefined ? what : Text(what);
          var length = typeof wanted === "string" ? wanted.length : 0;
          pay(length > 64 ? text.length * length : text.length);
          return apply(real, text, arguments.length > 1 ? [wanted, second] : [wanted]);
        },
      }.search;
    });
  });
})(globalThis);
