CREATE TABLE `recovery_codes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`staff_id` integer NOT NULL,
	`code_hash` text NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `recovery_codes_staff_hash_uq` ON `recovery_codes` (`staff_id`,`code_hash`);--> statement-breakpoint
CREATE TABLE `second_factors` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`staff_id` integer NOT NULL,
	`secret` text NOT NULL,
	`confirmed_at` integer,
	`last_step` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `second_factors_staff_uq` ON `second_factors` (`staff_id`);--> statement-breakpoint
CREATE TABLE `survey_answers` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`task_id` integer NOT NULL,
	`attempt_id` integer,
	`mode` text NOT NULL,
	`version` integer NOT NULL,
	`measure` text NOT NULL,
	`value` integer NOT NULL,
	`key` text,
	`staff_id` integer,
	`at` integer NOT NULL,
	`supersedes` integer,
	`reason` text,
	FOREIGN KEY (`task_id`) REFERENCES `survey_tasks`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`attempt_id`) REFERENCES `survey_attempts`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `survey_answers_task_ix` ON `survey_answers` (`task_id`,`measure`);--> statement-breakpoint
CREATE UNIQUE INDEX `survey_answers_supersedes_uq` ON `survey_answers` (`supersedes`);--> statement-breakpoint
CREATE TABLE `survey_attempt_tasks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`attempt_id` integer NOT NULL,
	`task_id` integer NOT NULL,
	`case_index` integer NOT NULL,
	`outcome` text,
	FOREIGN KEY (`attempt_id`) REFERENCES `survey_attempts`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`task_id`) REFERENCES `survey_tasks`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `survey_attempt_tasks_uq` ON `survey_attempt_tasks` (`attempt_id`,`task_id`);--> statement-breakpoint
CREATE INDEX `survey_attempt_tasks_task_ix` ON `survey_attempt_tasks` (`task_id`);--> statement-breakpoint
CREATE TABLE `survey_attempts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`channel_id` text NOT NULL,
	`number` text NOT NULL,
	`open_number` text,
	`version` integer NOT NULL,
	`claimed_by` text NOT NULL,
	`claimed_at` integer NOT NULL,
	`claimed_until` integer NOT NULL,
	`dialled_at` integer,
	`rang_at` integer,
	`answered_at` integer,
	`ended_at` integer,
	`outcome` text,
	`ending` text,
	`cause` integer,
	`sip` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `survey_attempts_channel_uq` ON `survey_attempts` (`channel_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `survey_attempts_open_uq` ON `survey_attempts` (`open_number`);--> statement-breakpoint
CREATE INDEX `survey_attempts_claimed_ix` ON `survey_attempts` (`claimed_at`);--> statement-breakpoint
CREATE TABLE `survey_opt_outs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`number` text NOT NULL,
	`opted_out` integer NOT NULL,
	`attempt_id` integer,
	`staff_id` integer,
	`at` integer NOT NULL,
	FOREIGN KEY (`attempt_id`) REFERENCES `survey_attempts`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `survey_opt_outs_number_ix` ON `survey_opt_outs` (`number`);--> statement-breakpoint
CREATE TABLE `survey_tasks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`round` integer NOT NULL,
	`unit_code` text,
	`number` text,
	`state` text NOT NULL,
	`due_at` integer,
	`reason` text,
	`needs_person` integer NOT NULL,
	`subject_code` text,
	`reported_at` integer NOT NULL,
	`attempt_id` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`attempt_id`) REFERENCES `survey_attempts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `survey_tasks_round_uq` ON `survey_tasks` (`case_id`,`round`);--> statement-breakpoint
CREATE INDEX `survey_tasks_due_ix` ON `survey_tasks` (`state`,`due_at`);--> statement-breakpoint
CREATE INDEX `survey_tasks_unit_ix` ON `survey_tasks` (`unit_code`,`created_at`);--> statement-breakpoint
CREATE INDEX `survey_tasks_attempt_ix` ON `survey_tasks` (`attempt_id`);--> statement-breakpoint
CREATE TABLE `survey_versions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`script` text NOT NULL,
	`note` text NOT NULL,
	`made_by` integer,
	`made_at` integer NOT NULL,
	FOREIGN KEY (`made_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `survey_voices` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`task_id` integer NOT NULL,
	`attempt_id` integer NOT NULL,
	`node` text NOT NULL,
	`file` text NOT NULL,
	`bytes` integer NOT NULL,
	`milliseconds` integer NOT NULL,
	`sha256` text NOT NULL,
	`at` integer NOT NULL,
	FOREIGN KEY (`task_id`) REFERENCES `survey_tasks`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`attempt_id`) REFERENCES `survey_attempts`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `survey_voices_file_uq` ON `survey_voices` (`node`,`file`);--> statement-breakpoint
CREATE INDEX `survey_voices_task_ix` ON `survey_voices` (`task_id`);--> statement-breakpoint
ALTER TABLE `sessions` ADD `second_factor` text DEFAULT 'none' NOT NULL;