CREATE TABLE `accounts` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`password_hash` text NOT NULL,
	`tz` text DEFAULT 'UTC' NOT NULL,
	`points` integer DEFAULT 0 NOT NULL,
	`flybrowser_create_status` integer DEFAULT 201 NOT NULL,
	`crater_config` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_by_email` ON `accounts` (`email`);--> statement-breakpoint
CREATE TABLE `keys` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`prefix` text NOT NULL,
	`hash` text NOT NULL,
	`scope` text NOT NULL,
	`expires_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `keys_by_prefix` ON `keys` (`prefix`);--> statement-breakpoint
CREATE INDEX `keys_by_account` ON `keys` (`account_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `browser_holders` (
	`holder` text PRIMARY KEY NOT NULL,
	`wanted_at` integer NOT NULL,
	`held_at` integer
);
--> statement-breakpoint
CREATE INDEX `browser_holders_by_turn` ON `browser_holders` (`held_at`,`wanted_at`,`holder`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL,
	`region` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sessions_by_account` ON `sessions` (`account_id`,`created_at`,`id`,`region`);--> statement-breakpoint
CREATE TABLE `deployments` (
	`term` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`version` text NOT NULL,
	`seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `deployments_by_version` ON `deployments` (`version`);