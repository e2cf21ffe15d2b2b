CREATE TABLE `experiment_events` (
	`account_id` text NOT NULL,
	`id` text NOT NULL,
	`experiment` text NOT NULL,
	`kind` text NOT NULL,
	`details` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`account_id`, `id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `experiments_ended` ON `experiments` (`completed_at`) WHERE completed_at IS NOT NULL;