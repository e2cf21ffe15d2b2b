DROP INDEX `notifications_waiting`;--> statement-breakpoint
ALTER TABLE `notifications` ADD `first_tried_at` integer;--> statement-breakpoint
ALTER TABLE `notifications` ADD `refusals` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `notifications_waiting` ON `notifications` (`monitor_id`,`channel_id`,`id`) WHERE due_at IS NOT NULL;