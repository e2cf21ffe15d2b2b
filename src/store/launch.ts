import { getTableColumns } from "drizzle-orm";
import { launches } from "./schema/agent.ts";

export type LaunchRow = typeof launches.$inferSelect;

const { argument: _argument, files: _files, ...SUMMARY } = getTableColumns(launches);

/** Without what may be large. */
export type LaunchSummaryRow = Omit<LaunchRow, "argument" | "files">;

export const LAUNCH_SUMMARY = SUMMARY;
