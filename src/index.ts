export class MeterObject {}
export class SessionObject {}
export default {
  async fetch() {
    return new Response("x");
  },
};
