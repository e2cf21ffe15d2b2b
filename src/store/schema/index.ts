export * from "./account.ts";
export * from "./session.ts";
export * from "./deployment.ts";
export * from "./monitor.ts";
export * from "./notification.ts";
export * from "./runner.ts";
export * from "./experiment.ts";
export * from "./agent.ts";
