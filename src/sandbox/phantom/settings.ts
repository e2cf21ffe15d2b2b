/** What of `page.settings` counts when an address is opened. */
export interface PageSettings {
  userAgent?: string;
  userName?: string;
  password?: string;
  javascriptEnabled?: boolean;
  loadImages?: boolean;
  /** Milliseconds; 0 for no limit. */
  resourceTimeout?: number;
  webSecurityEnabled?: boolean;
}
