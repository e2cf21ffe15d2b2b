export * from "./account.ts";
export * from "./session.ts";
export * from "./deployment.ts";
