CREATE TABLE `account_changes` (
	`account_id` text NOT NULL,
	`kind` text NOT NULL,
	`token_hash` text NOT NULL,
	`value` text NOT NULL,
	`key_id` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`account_id`, `kind`)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `account_changes_by_token` ON `account_changes` (`token_hash`);--> statement-breakpoint
ALTER TABLE `accounts` ADD `signed_in_at` integer;--> statement-breakpoint
ALTER TABLE `accounts` ADD `invoice_info` text;