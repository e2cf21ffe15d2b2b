export { createBrowserLauncher, type LauncherOptions } from "./launcher.ts";
