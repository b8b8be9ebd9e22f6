CREATE TABLE `call_segments` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`call_id` integer NOT NULL,
	`kind` text NOT NULL,
	`staff_id` integer,
	`leg_id` text DEFAULT '' NOT NULL,
	`party` text DEFAULT '' NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`outcome` text DEFAULT '' NOT NULL,
	FOREIGN KEY (`call_id`) REFERENCES `calls`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `call_segments_call_ix` ON `call_segments` (`call_id`,`ended_at`);--> statement-breakpoint
CREATE INDEX `call_segments_staff_ix` ON `call_segments` (`staff_id`,`started_at`);