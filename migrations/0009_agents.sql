CREATE TABLE `agent_objects` (
	`account_id` text NOT NULL,
	`agent_id` integer NOT NULL,
	`object` text NOT NULL,
	PRIMARY KEY(`account_id`, `agent_id`)
);
--> statement-breakpoint
CREATE TABLE `agent_remains` (
	`agent_id` integer PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `agents` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`script_id` integer,
	`command` text,
	`cron` text,
	`tz` text,
	`next_launch_at` integer,
	`time_limit` integer NOT NULL,
	`max_parallel` integer NOT NULL,
	`retries` integer NOT NULL,
	`notify` text NOT NULL,
	`launch_number` integer DEFAULT 0 NOT NULL,
	`last_end_status` text,
	`last_end_message` text,
	`file_bytes` integer DEFAULT 0 NOT NULL,
	`month` integer DEFAULT 0 NOT NULL,
	`month_seconds` integer DEFAULT 0 NOT NULL,
	`month_letters` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`argument` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `agents_by_account` ON `agents` (`account_id`,`id`);--> statement-breakpoint
CREATE INDEX `agents_by_script` ON `agents` (`script_id`) WHERE script_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `agents_due` ON `agents` (`next_launch_at`) WHERE next_launch_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `launches` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` text NOT NULL,
	`agent_id` integer NOT NULL,
	`launch_number` integer NOT NULL,
	`type` text NOT NULL,
	`state` text NOT NULL,
	`claim` text,
	`due_at` integer,
	`abort` text,
	`command` text,
	`retry_count` integer NOT NULL,
	`queued_at` integer NOT NULL,
	`started_at` integer,
	`ended_at` integer,
	`exit_code` integer,
	`end_status` text,
	`end_message` text,
	`files` text,
	`argument` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `launches_by_number` ON `launches` (`agent_id`,`launch_number`);--> statement-breakpoint
CREATE INDEX `launches_queued` ON `launches` (`account_id`,`agent_id`,`id`) WHERE state = 'queued';--> statement-breakpoint
CREATE INDEX `launches_claimed` ON `launches` (`account_id`,`agent_id`,`id`) WHERE claim IS NOT NULL;--> statement-breakpoint
CREATE INDEX `launches_ended` ON `launches` (`ended_at`) WHERE ended_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `scripts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`size` integer NOT NULL,
	`source` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`text` text NOT NULL,
	`info_string` text DEFAULT '' NOT NULL,
	`markdown` text DEFAULT '' NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `scripts_by_name` ON `scripts` (`account_id`,`name`);--> statement-breakpoint
CREATE INDEX `scripts_by_account` ON `scripts` (`account_id`,`id`);