CREATE TABLE `desk_messages` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`batch` text NOT NULL,
	`to_staff_id` integer NOT NULL,
	`from_staff_id` integer NOT NULL,
	`kind` text NOT NULL,
	`text` text DEFAULT '' NOT NULL,
	`sent_at` integer NOT NULL,
	`seen_at` integer,
	FOREIGN KEY (`to_staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`from_staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `desk_messages_batch_uq` ON `desk_messages` (`batch`,`to_staff_id`);--> statement-breakpoint
CREATE INDEX `desk_messages_unseen_ix` ON `desk_messages` (`to_staff_id`,`seen_at`);--> statement-breakpoint
ALTER TABLE `shifts` ADD `help_since` integer;