export {
  authorization,
  firstOf,
  header,
  queryParameter,
  type CredentialReader,
} from "./credential.ts";
export {
  json,
  mount,
  type App,
  type Dialect,
  type RequestVariables,
  type Services,
} from "./dialect.ts";
export { integerParameter, slice, type Slice } from "./paging.ts";
export { route, type Route } from "./route.ts";
export { parse } from "./validate.ts";
