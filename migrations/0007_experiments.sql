CREATE TABLE `runners` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`prefix` text NOT NULL,
	`hash` text NOT NULL,
	`capabilities` text NOT NULL,
	`revision` text,
	`beats` integer DEFAULT false NOT NULL,
	`last_seen_at` integer,
	`experiment_id` integer,
	`late_experiment_id` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `runners_by_prefix` ON `runners` (`prefix`);--> statement-breakpoint
CREATE UNIQUE INDEX `runners_by_name` ON `runners` (`account_id`,`name`);--> statement-breakpoint
CREATE INDEX `runners_by_account` ON `runners` (`account_id`,`id`);--> statement-breakpoint
CREATE INDEX `runners_at_work` ON `runners` (`last_seen_at`) WHERE experiment_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX `runners_by_experiment` ON `runners` (`experiment_id`) WHERE experiment_id IS NOT NULL;--> statement-breakpoint
CREATE TABLE `experiment_crates` (
	`experiment_id` integer NOT NULL,
	`position` integer NOT NULL,
	`key` text NOT NULL,
	`crate` text NOT NULL,
	`due_at` integer,
	`runner_id` integer,
	`deals` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`experiment_id`, `position`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `experiment_crates_by_key` ON `experiment_crates` (`experiment_id`,`key`);--> statement-breakpoint
CREATE INDEX `experiment_crates_due` ON `experiment_crates` (`experiment_id`,`due_at`) WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `experiment_remains` (
	`experiment_id` integer PRIMARY KEY NOT NULL,
	`account_id` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `experiment_results` (
	`experiment_id` integer NOT NULL,
	`position` integer NOT NULL,
	`toolchain` integer NOT NULL,
	`result` text NOT NULL,
	`runner_id` integer NOT NULL,
	`log_size` integer NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`experiment_id`, `position`, `toolchain`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `experiments` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`mode` text NOT NULL,
	`cap_lints` text NOT NULL,
	`toolchains` text NOT NULL,
	`toolchain_keys` text NOT NULL,
	`width` integer NOT NULL,
	`requirements` text NOT NULL,
	`assignee` text,
	`shared` integer NOT NULL,
	`priority` integer NOT NULL,
	`status` text NOT NULL,
	`open` integer NOT NULL,
	`runner_id` integer,
	`crates` integer DEFAULT 0 NOT NULL,
	`done` integer DEFAULT 0 NOT NULL,
	`report_hash` text NOT NULL,
	`report_due_at` integer,
	`report_pieces` integer DEFAULT 0 NOT NULL,
	`report_next` integer DEFAULT 0 NOT NULL,
	`report_counts` text,
	`round` integer DEFAULT 0 NOT NULL,
	`reported_at` integer,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`completed_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `experiments_by_name` ON `experiments` (`account_id`,`name`);--> statement-breakpoint
CREATE UNIQUE INDEX `experiments_by_report` ON `experiments` (`report_hash`);--> statement-breakpoint
CREATE INDEX `experiments_by_account` ON `experiments` (`account_id`,`id`);--> statement-breakpoint
CREATE INDEX `experiments_open` ON `experiments` (`account_id`,priority DESC,`id`) WHERE open = 1;--> statement-breakpoint
CREATE INDEX `experiments_report_due` ON `experiments` (`report_due_at`) WHERE report_due_at IS NOT NULL;