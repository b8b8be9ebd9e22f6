CREATE TABLE `calendar_years` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`year` integer NOT NULL,
	`days_off` text NOT NULL,
	`make_up_days` text NOT NULL,
	`source` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`changed_by` integer,
	`changed_at` integer NOT NULL,
	FOREIGN KEY (`changed_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `calendar_years_uq` ON `calendar_years` (`year`);--> statement-breakpoint
CREATE TABLE `case_callbacks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`round` integer NOT NULL,
	`at` integer NOT NULL,
	`staff_id` integer,
	`mode` text NOT NULL,
	`outcome` text NOT NULL,
	`contacted` integer,
	`solved` text,
	`score` integer,
	`reason_code` text,
	`text` text,
	`call_id` integer,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`call_id`) REFERENCES `calls`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `case_callbacks_case_ix` ON `case_callbacks` (`case_id`,`round`);--> statement-breakpoint
CREATE TABLE `case_feedbacks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`round` integer NOT NULL,
	`unit_code` text NOT NULL,
	`staff_id` integer,
	`at` integer NOT NULL,
	`truth` text NOT NULL,
	`contacted` integer NOT NULL,
	`solved` text NOT NULL,
	`closing` text NOT NULL,
	`course` text NOT NULL,
	`root_cause` text,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `case_feedbacks_case_ix` ON `case_feedbacks` (`case_id`);--> statement-breakpoint
CREATE TABLE `case_orders` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`kind` text NOT NULL,
	`unit_code` text,
	`recipient` text,
	`given_by` integer,
	`given_at` integer NOT NULL,
	`due_at` integer,
	`text` text NOT NULL,
	`reason_code` text,
	`answered_by` integer,
	`answered_at` integer,
	`answer` text,
	`lapsed_at` integer,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`given_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`answered_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `case_orders_case_ix` ON `case_orders` (`case_id`);--> statement-breakpoint
CREATE INDEX `case_orders_unit_ix` ON `case_orders` (`unit_code`,`answered_at`,`due_at`);--> statement-breakpoint
CREATE TABLE `case_policies` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`effective_from` integer NOT NULL,
	`policy` text NOT NULL,
	`made_by` integer,
	`made_at` integer NOT NULL,
	FOREIGN KEY (`made_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `case_replies` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`round` integer NOT NULL,
	`staff_id` integer,
	`at` integer NOT NULL,
	`public_text` text,
	`private_text` text,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `case_replies_case_ix` ON `case_replies` (`case_id`);--> statement-breakpoint
CREATE TABLE `case_rounds` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`round` integer NOT NULL,
	`lead_unit` text NOT NULL,
	`dispatched_at` integer NOT NULL,
	`due_at` integer NOT NULL,
	`signed_at` integer,
	`begun_at` integer,
	`feedback_at` integer,
	`ended_at` integer,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `case_rounds_uq` ON `case_rounds` (`case_id`,`round`);--> statement-breakpoint
CREATE INDEX `case_rounds_due_ix` ON `case_rounds` (`due_at`,`lead_unit`);--> statement-breakpoint
CREATE TABLE `case_rulings` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`kind` text NOT NULL,
	`round` integer NOT NULL,
	`unit_code` text NOT NULL,
	`requested_by` integer,
	`requested_at` integer NOT NULL,
	`reason_code` text NOT NULL,
	`text` text NOT NULL,
	`working_days` integer,
	`promised_on` text,
	`plan` text,
	`told_how` text,
	`told_call_id` integer,
	`due_before` integer,
	`outcome` text DEFAULT 'pending' NOT NULL,
	`ruled_by` integer,
	`ruled_at` integer,
	`ruling_text` text,
	`due_after` integer,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`requested_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`told_call_id`) REFERENCES `calls`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`ruled_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `case_rulings_case_ix` ON `case_rulings` (`case_id`);--> statement-breakpoint
CREATE INDEX `case_rulings_open_ix` ON `case_rulings` (`outcome`,`kind`,`requested_at`);--> statement-breakpoint
CREATE TABLE `case_transitions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`version` integer NOT NULL,
	`at` integer NOT NULL,
	`command` text NOT NULL,
	`from_state` text NOT NULL,
	`to_state` text NOT NULL,
	`from_side` text,
	`to_side` text,
	`round` integer NOT NULL,
	`actor_kind` text NOT NULL,
	`staff_id` integer,
	`unit_code` text,
	`reason_code` text,
	`text` text,
	`call_id` integer,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`call_id`) REFERENCES `calls`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `case_transitions_version_uq` ON `case_transitions` (`case_id`,`version`);--> statement-breakpoint
CREATE TABLE `case_units` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`unit_code` text NOT NULL,
	`duty` text NOT NULL,
	`round` integer NOT NULL,
	`assigned_at` integer NOT NULL,
	`released_at` integer,
	`release_reason` text,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `case_units_case_ix` ON `case_units` (`case_id`);--> statement-breakpoint
CREATE INDEX `case_units_unit_ix` ON `case_units` (`unit_code`,`released_at`,`case_id`);--> statement-breakpoint
CREATE TABLE `case_works` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`round` integer NOT NULL,
	`kind` text NOT NULL,
	`unit_code` text,
	`staff_id` integer,
	`post` text,
	`at` integer NOT NULL,
	`happened_at` integer NOT NULL,
	`place` text,
	`people` text,
	`text` text NOT NULL,
	`call_id` integer,
	`answered` integer,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`call_id`) REFERENCES `calls`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `case_works_case_ix` ON `case_works` (`case_id`,`round`);--> statement-breakpoint
CREATE TABLE `unit_posts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`staff_id` integer NOT NULL,
	`post` text NOT NULL,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `unit_posts_staff_uq` ON `unit_posts` (`staff_id`);--> statement-breakpoint
ALTER TABLE `cases` ADD `side` text;--> statement-breakpoint
ALTER TABLE `cases` ADD `submitted` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `cases` ADD `state_since` integer;--> statement-breakpoint
ALTER TABLE `cases` ADD `registered_at` integer;--> statement-breakpoint
ALTER TABLE `cases` ADD `submissions` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `cases` ADD `policy_version` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `cases` ADD `round` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `cases` ADD `lead_unit` text;--> statement-breakpoint
ALTER TABLE `cases` ADD `dispatch_due_at` integer;--> statement-breakpoint
ALTER TABLE `cases` ADD `dispatched_at` integer;--> statement-breakpoint
ALTER TABLE `cases` ADD `due_at` integer;--> statement-breakpoint
ALTER TABLE `cases` ADD `yellow_at` integer;--> statement-breakpoint
ALTER TABLE `cases` ADD `red_at` integer;--> statement-breakpoint
ALTER TABLE `cases` ADD `sign_alarm_at` integer;--> statement-breakpoint
ALTER TABLE `cases` ADD `watch_at` integer;--> statement-breakpoint
ALTER TABLE `cases` ADD `breaks_at` integer;--> statement-breakpoint
ALTER TABLE `cases` ADD `card` text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE `cases` ADD `extended_days` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `cases` ADD `ledger_until` text;--> statement-breakpoint
ALTER TABLE `cases` ADD `provisional` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `cases` ADD `master_id` integer;--> statement-breakpoint
ALTER TABLE `cases` ADD `replied` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `cases` ADD `callback_outcome` text;--> statement-breakpoint
ALTER TABLE `cases` ADD `confirmed` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `cases` ADD `closing` text;--> statement-breakpoint
ALTER TABLE `cases` ADD `closed_at` integer;--> statement-breakpoint
CREATE INDEX `cases_state_ix` ON `cases` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `cases_breaks_ix` ON `cases` (`breaks_at`,`id`);--> statement-breakpoint
CREATE INDEX `cases_lead_breaks_ix` ON `cases` (`lead_unit`,`breaks_at`,`id`);--> statement-breakpoint
CREATE INDEX `cases_watch_ix` ON `cases` (`watch_at`);--> statement-breakpoint
CREATE INDEX `cases_sign_alarm_ix` ON `cases` (`sign_alarm_at`);--> statement-breakpoint
CREATE INDEX `cases_place_ix` ON `cases` (`place_code`,`id`);--> statement-breakpoint
CREATE INDEX `cases_category_ix` ON `cases` (`category_code`,`id`);--> statement-breakpoint
CREATE INDEX `cases_name_ix` ON `cases` (`contact_name`,`id`);--> statement-breakpoint
CREATE INDEX `cases_master_ix` ON `cases` (`master_id`);