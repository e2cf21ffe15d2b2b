DROP INDEX `notifications_once`;--> statement-breakpoint
DROP INDEX `notifications_due`;--> statement-breakpoint
CREATE INDEX `notifications_waiting` ON `notifications` (`channel_id`,`monitor_id`,`id`) WHERE due_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `notifications_by_channel` ON `notifications` (`channel_id`,`id`);--> statement-breakpoint
CREATE INDEX `notifications_unsent` ON `notifications` (`account_id`,`state`,`id`) WHERE state <> 'sent';--> statement-breakpoint
CREATE UNIQUE INDEX `notifications_once` ON `notifications` (`monitor_id`,`channel_id`,`subject`,`occasion`,`round`);--> statement-breakpoint
CREATE INDEX `notifications_due` ON `notifications` (`due_at`,`id`) WHERE due_at IS NOT NULL;--> statement-breakpoint
ALTER TABLE `channels` ADD `failures` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `channels` ADD `held_until` integer;