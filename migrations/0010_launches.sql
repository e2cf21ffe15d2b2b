CREATE TABLE `news` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account_id` text NOT NULL,
	`key` text NOT NULL,
	`event` text NOT NULL,
	`at` integer NOT NULL,
	`mood` text NOT NULL,
	`title` text NOT NULL,
	`text` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `news_by_key` ON `news` (`key`);--> statement-breakpoint
ALTER TABLE `agents` ADD `origin` text;