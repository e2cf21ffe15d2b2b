CREATE TABLE `billing` (
	`account_id` text NOT NULL,
	`hour` integer NOT NULL,
	`kind` text NOT NULL,
	`shard` integer NOT NULL,
	`units` integer NOT NULL,
	PRIMARY KEY(`account_id`, `hour`, `kind`, `shard`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `downtimes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` text NOT NULL,
	`monitor_id` integer NOT NULL,
	`opened_at` integer NOT NULL,
	`check_id` integer NOT NULL,
	`checker` text NOT NULL,
	`reason` text NOT NULL,
	`closed_at` integer,
	`closing_check_id` integer,
	`closing_checker` text,
	`end` text
);
--> statement-breakpoint
CREATE INDEX `downtimes_by_monitor` ON `downtimes` (`monitor_id`,`opened_at`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `downtimes_by_check` ON `downtimes` (`check_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `downtimes_open` ON `downtimes` (`monitor_id`) WHERE closed_at IS NULL;--> statement-breakpoint
CREATE TABLE `hourly_stats` (
	`monitor_id` integer NOT NULL,
	`hour` integer NOT NULL,
	`checker` text NOT NULL,
	`checks` integer NOT NULL,
	`passed` integer NOT NULL,
	`namelookup` real NOT NULL,
	`connect` real NOT NULL,
	`pretransfer` real NOT NULL,
	`starttransfer` real NOT NULL,
	`total` real NOT NULL,
	`document_length` integer NOT NULL,
	PRIMARY KEY(`monitor_id`, `hour`, `checker`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `maintenance_windows` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` text NOT NULL,
	`monitor_id` integer,
	`starts_at` integer NOT NULL,
	`ends_at` integer NOT NULL,
	`repeat` text NOT NULL,
	`note` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `maintenance_windows_by_account` ON `maintenance_windows` (`account_id`,`id`);--> statement-breakpoint
CREATE TABLE `monitors` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` text NOT NULL,
	`shard` integer NOT NULL,
	`kind` text NOT NULL,
	`url` text,
	`host` text,
	`name` text NOT NULL,
	`word` text NOT NULL,
	`word_absent` text NOT NULL,
	`method` text NOT NULL,
	`request` text,
	`header_names` text NOT NULL,
	`interval` integer NOT NULL,
	`phase` integer NOT NULL,
	`sensitivity` integer NOT NULL,
	`user_agent` text NOT NULL,
	`follow_redirects` integer NOT NULL,
	`active` integer NOT NULL,
	`public_hash` text,
	`certificate_days` integer,
	`created_at` integer NOT NULL,
	`changed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `monitors_by_account` ON `monitors` (`account_id`,`id`);--> statement-breakpoint
CREATE INDEX `monitors_by_shard` ON `monitors` (`shard`,`id`);--> statement-breakpoint
CREATE INDEX `monitors_by_host` ON `monitors` (`host`,`active`,`interval`);--> statement-breakpoint
CREATE UNIQUE INDEX `monitors_by_public_hash` ON `monitors` (`public_hash`);--> statement-breakpoint
CREATE TABLE `shards` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` text NOT NULL,
	`size` integer NOT NULL,
	`version` integer DEFAULT 0 NOT NULL,
	`next_minute` integer,
	`rhythm` text,
	`drawn` integer DEFAULT 0 NOT NULL,
	`drawn_before` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX `shards_by_next` ON `shards` (`next_minute`,`id`);--> statement-breakpoint
CREATE INDEX `shards_by_account` ON `shards` (`account_id`,`id`);--> statement-breakpoint
CREATE TABLE `channels` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` text NOT NULL,
	`type` text NOT NULL,
	`name` text NOT NULL,
	`target` text NOT NULL,
	`target_masked` text NOT NULL,
	`secret` text,
	`monitors` text,
	`reminder_minutes` integer,
	`quiet_until_recovery` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `channels_by_account` ON `channels` (`account_id`,`id`);--> statement-breakpoint
CREATE TABLE `notifications` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` text NOT NULL,
	`monitor_id` integer NOT NULL,
	`channel_id` integer NOT NULL,
	`occasion` text NOT NULL,
	`subject` integer NOT NULL,
	`round` integer DEFAULT 0 NOT NULL,
	`state` text NOT NULL,
	`due_at` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`last_error` text,
	`created_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `notifications_once` ON `notifications` (`monitor_id`,`subject`,`occasion`,`channel_id`,`round`);--> statement-breakpoint
CREATE INDEX `notifications_due` ON `notifications` (`due_at`,`id`);--> statement-breakpoint
CREATE INDEX `notifications_by_account` ON `notifications` (`account_id`,`id`);