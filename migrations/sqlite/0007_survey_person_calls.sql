CREATE TABLE `survey_person_calls` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`task_id` integer NOT NULL,
	`staff_id` integer NOT NULL,
	`outcome` text NOT NULL,
	`reason_code` text,
	`text` text NOT NULL,
	`at` integer NOT NULL,
	FOREIGN KEY (`task_id`) REFERENCES `survey_tasks`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `survey_person_calls_task_ix` ON `survey_person_calls` (`task_id`);--> statement-breakpoint
CREATE TRIGGER survey_person_calls_no_update BEFORE UPDATE ON survey_person_calls BEGIN SELECT RAISE(ABORT, 'survey_person_calls is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER survey_person_calls_no_delete BEFORE DELETE ON survey_person_calls BEGIN SELECT RAISE(ABORT, 'survey_person_calls is append-only'); END;
