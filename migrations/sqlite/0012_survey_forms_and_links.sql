ALTER TABLE `survey_links` ADD `open_task_id` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `survey_links_open_uq` ON `survey_links` (`open_task_id`);--> statement-breakpoint
ALTER TABLE `survey_person_calls` ADD `form_id` text;--> statement-breakpoint
CREATE UNIQUE INDEX `survey_person_calls_form_uq` ON `survey_person_calls` (`task_id`,`form_id`);