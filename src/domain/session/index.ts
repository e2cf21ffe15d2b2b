export { closeSession } from "./close-session.ts";
export { currentTerm, listNodes, type Node } from "./cluster.ts";
export { commandSession } from "./command-session.ts";
export { createSession, type ModelSettings } from "./create-session.ts";
export { listSessions, viewSession } from "./read-sessions.ts";
export { keepScreenshot, openScreenshot } from "./screenshots.ts";
export { nearestRegion } from "./regions.ts";
export * from "./session.ts";
export { watchSession } from "./watch-session.ts";
