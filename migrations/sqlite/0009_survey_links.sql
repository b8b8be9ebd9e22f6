CREATE TABLE `survey_links` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`task_id` integer NOT NULL,
	`token_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	`failures` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`task_id`) REFERENCES `survey_tasks`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `survey_links_token_uq` ON `survey_links` (`token_hash`);--> statement-breakpoint
CREATE INDEX `survey_links_task_ix` ON `survey_links` (`task_id`);