ALTER TABLE `accounts` ADD `points_ended_at` integer;--> statement-breakpoint
ALTER TABLE `accounts` ADD `points_added_at` integer;