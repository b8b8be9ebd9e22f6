CREATE TABLE `quality_scores` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`call_id` integer NOT NULL,
	`agent_id` integer NOT NULL,
	`scored_by` integer NOT NULL,
	`scored_at` integer NOT NULL,
	`card_version` integer NOT NULL,
	`points` text NOT NULL,
	`total` integer NOT NULL,
	`failed` integer NOT NULL,
	`note` text DEFAULT '' NOT NULL,
	`form_id` text NOT NULL,
	`seen_at` integer,
	`reply` text DEFAULT '' NOT NULL,
	FOREIGN KEY (`call_id`) REFERENCES `calls`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`agent_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`scored_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `quality_scores_form_uq` ON `quality_scores` (`scored_by`,`form_id`);--> statement-breakpoint
CREATE INDEX `quality_scores_call_ix` ON `quality_scores` (`call_id`);--> statement-breakpoint
CREATE INDEX `quality_scores_agent_ix` ON `quality_scores` (`agent_id`,`scored_at`);--> statement-breakpoint
CREATE TABLE `training_attendees` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`training_id` integer NOT NULL,
	`staff_id` integer NOT NULL,
	FOREIGN KEY (`training_id`) REFERENCES `trainings`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `training_attendees_uq` ON `training_attendees` (`training_id`,`staff_id`);--> statement-breakpoint
CREATE INDEX `training_attendees_staff_ix` ON `training_attendees` (`staff_id`);--> statement-breakpoint
CREATE TABLE `trainings` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`topic` text NOT NULL,
	`held_on` text NOT NULL,
	`minutes` integer NOT NULL,
	`trainer` text DEFAULT '' NOT NULL,
	`note` text DEFAULT '' NOT NULL,
	`created_by` integer NOT NULL,
	`created_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`withdrawn_at` integer,
	`form_id` text NOT NULL,
	FOREIGN KEY (`created_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `trainings_form_uq` ON `trainings` (`created_by`,`form_id`);--> statement-breakpoint
CREATE INDEX `trainings_held_ix` ON `trainings` (`held_on`);--> statement-breakpoint
ALTER TABLE `calls` ADD `dialled_by` integer REFERENCES staff(id);--> statement-breakpoint
ALTER TABLE `calls` ADD `dial_key` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `dial_result` text;--> statement-breakpoint
ALTER TABLE `calls` ADD `case_id` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `calls_dial_key_uq` ON `calls` (`dial_key`);--> statement-breakpoint
CREATE INDEX `calls_dialled_by_ix` ON `calls` (`dialled_by`,`arrived_at`);--> statement-breakpoint
CREATE INDEX `calls_case_ix` ON `calls` (`case_id`);