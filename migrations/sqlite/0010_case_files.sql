CREATE TABLE `case_files` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`name` text NOT NULL,
	`mime` text NOT NULL,
	`is_picture` integer NOT NULL,
	`bytes` integer NOT NULL,
	`sha256` text NOT NULL,
	`staff_id` integer NOT NULL,
	`unit_code` text,
	`at` integer NOT NULL,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `case_files_case_ix` ON `case_files` (`case_id`);