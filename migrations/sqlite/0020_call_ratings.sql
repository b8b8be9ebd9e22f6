CREATE TABLE `call_ratings` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`call_id` integer NOT NULL,
	`staff_id` integer,
	`key` integer NOT NULL,
	`value` integer NOT NULL,
	`at` integer NOT NULL,
	FOREIGN KEY (`call_id`) REFERENCES `calls`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `call_ratings_call_uq` ON `call_ratings` (`call_id`);--> statement-breakpoint
CREATE INDEX `call_ratings_staff_ix` ON `call_ratings` (`staff_id`,`at`);