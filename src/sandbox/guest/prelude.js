globalThis.hello = 1;
