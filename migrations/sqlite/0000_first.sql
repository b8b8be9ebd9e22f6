CREATE TABLE `articles` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`code` text NOT NULL,
	`title` text NOT NULL,
	`answer` text NOT NULL,
	`ask_as` text NOT NULL,
	`category_code` text,
	`owner_name` text NOT NULL,
	`source_name` text NOT NULL,
	`article_version` integer NOT NULL,
	`valid_to` text,
	`review_on` text,
	`keywords` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `articles_code_uq` ON `articles` (`code`);--> statement-breakpoint
CREATE TABLE `calls` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`channel_id` text NOT NULL,
	`node` text NOT NULL,
	`called_number` text NOT NULL,
	`caller_received` text NOT NULL,
	`caller_kind` text NOT NULL,
	`caller_normal` text,
	`caller_name` text DEFAULT '' NOT NULL,
	`citizen_id` integer,
	`queue` text,
	`arrived_at` integer NOT NULL,
	`queued_at` integer,
	`answered_at` integer,
	`answered_by` integer,
	`agent_left_at` integer,
	`ended_at` integer,
	`diversion` text,
	`disposition` text,
	`hangup_cause` integer,
	FOREIGN KEY (`citizen_id`) REFERENCES `citizens`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`answered_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `calls_channel_uq` ON `calls` (`channel_id`);--> statement-breakpoint
CREATE INDEX `calls_caller_ix` ON `calls` (`caller_normal`,`arrived_at`);--> statement-breakpoint
CREATE INDEX `calls_answered_by_ix` ON `calls` (`answered_by`,`arrived_at`);--> statement-breakpoint
CREATE INDEX `calls_arrived_ix` ON `calls` (`arrived_at`);--> statement-breakpoint
CREATE INDEX `calls_ended_ix` ON `calls` (`ended_at`);--> statement-breakpoint
CREATE TABLE `cases` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`number` text NOT NULL,
	`state` text DEFAULT 'draft' NOT NULL,
	`source` text NOT NULL,
	`call_id` integer,
	`citizen_id` integer,
	`request_type` text,
	`category_code` text,
	`contact_name` text DEFAULT '' NOT NULL,
	`contact_number` text,
	`place_text` text DEFAULT '' NOT NULL,
	`place_code` text,
	`happened_text` text DEFAULT '' NOT NULL,
	`course` text DEFAULT '' NOT NULL,
	`purpose` text DEFAULT '' NOT NULL,
	`urgent` integer DEFAULT false NOT NULL,
	`key_case` integer DEFAULT false NOT NULL,
	`important` integer DEFAULT false NOT NULL,
	`confidential` integer DEFAULT false NOT NULL,
	`wants_reply` integer DEFAULT true NOT NULL,
	`proposed` text NOT NULL,
	`created_by` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`call_id`) REFERENCES `calls`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`citizen_id`) REFERENCES `citizens`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`created_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `cases_number_uq` ON `cases` (`number`);--> statement-breakpoint
CREATE UNIQUE INDEX `cases_call_uq` ON `cases` (`call_id`);--> statement-breakpoint
CREATE INDEX `cases_contact_ix` ON `cases` (`contact_number`,`created_at`);--> statement-breakpoint
CREATE INDEX `cases_creator_ix` ON `cases` (`created_by`,`updated_at`);--> statement-breakpoint
CREATE TABLE `categories` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`code` text NOT NULL,
	`name` text NOT NULL,
	`parent_code` text,
	`level` integer NOT NULL,
	`path` text NOT NULL,
	`unit_kind` text,
	`keywords` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `categories_code_uq` ON `categories` (`code`);--> statement-breakpoint
CREATE TABLE `citizen_numbers` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`citizen_id` integer NOT NULL,
	`normal` text NOT NULL,
	FOREIGN KEY (`citizen_id`) REFERENCES `citizens`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `citizen_numbers_normal_ix` ON `citizen_numbers` (`normal`);--> statement-breakpoint
CREATE UNIQUE INDEX `citizen_numbers_uq` ON `citizen_numbers` (`citizen_id`,`normal`);--> statement-breakpoint
CREATE TABLE `citizens` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`gender` text DEFAULT 'unknown' NOT NULL,
	`language` text DEFAULT 'zh' NOT NULL,
	`address` text,
	`callback_preference` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `history` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` integer,
	`act` text NOT NULL,
	`thing_kind` text NOT NULL,
	`thing_id` integer,
	`details` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `history_thing_ix` ON `history` (`thing_kind`,`thing_id`);--> statement-breakpoint
CREATE INDEX `history_actor_ix` ON `history` (`actor_id`,`id`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`key` text NOT NULL,
	`payload` text NOT NULL,
	`run_at` integer NOT NULL,
	`locked_by` text,
	`locked_until` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`done_at` integer,
	`failure` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_key_uq` ON `jobs` (`kind`,`key`);--> statement-breakpoint
CREATE INDEX `jobs_due_ix` ON `jobs` (`done_at`,`run_at`);--> statement-breakpoint
CREATE TABLE `login_throttles` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`key` text NOT NULL,
	`failures` integer NOT NULL,
	`blocked_until` integer,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `login_throttles_key_uq` ON `login_throttles` (`key`);--> statement-breakpoint
CREATE TABLE `offers` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`call_id` integer NOT NULL,
	`leg_id` text NOT NULL,
	`staff_id` integer NOT NULL,
	`extension` text NOT NULL,
	`queue` text NOT NULL,
	`offered_at` integer NOT NULL,
	`answered_at` integer,
	`ended_at` integer,
	`outcome` text DEFAULT 'ringing' NOT NULL,
	FOREIGN KEY (`call_id`) REFERENCES `calls`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `offers_leg_uq` ON `offers` (`leg_id`);--> statement-breakpoint
CREATE INDEX `offers_call_ix` ON `offers` (`call_id`);--> statement-breakpoint
CREATE INDEX `offers_staff_ix` ON `offers` (`staff_id`,`offered_at`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`payload` text NOT NULL,
	`at` integer NOT NULL,
	`delivered_at` integer
);
--> statement-breakpoint
CREATE INDEX `outbox_undelivered_ix` ON `outbox` (`delivered_at`,`id`);--> statement-breakpoint
CREATE TABLE `places` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`code` text NOT NULL,
	`name` text NOT NULL,
	`town_code` text NOT NULL,
	`town_name` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `places_code_uq` ON `places` (`code`);--> statement-breakpoint
CREATE TABLE `recordings` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`call_id` integer NOT NULL,
	`kind` text NOT NULL,
	`file` text NOT NULL,
	`state` text DEFAULT 'writing' NOT NULL,
	`started_at` integer NOT NULL,
	`bytes` integer,
	`milliseconds` integer,
	`sha256` text,
	`sealed_at` integer,
	`note` text,
	FOREIGN KEY (`call_id`) REFERENCES `calls`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `recordings_file_uq` ON `recordings` (`file`);--> statement-breakpoint
CREATE INDEX `recordings_call_ix` ON `recordings` (`call_id`);--> statement-breakpoint
CREATE INDEX `recordings_state_ix` ON `recordings` (`state`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`token_hash` text NOT NULL,
	`staff_id` integer NOT NULL,
	`created_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`ended_at` integer,
	`address` text NOT NULL,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_token_uq` ON `sessions` (`token_hash`);--> statement-breakpoint
CREATE INDEX `sessions_staff_ix` ON `sessions` (`staff_id`);--> statement-breakpoint
CREATE TABLE `settings` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `settings_key_uq` ON `settings` (`key`);--> statement-breakpoint
CREATE TABLE `shifts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`staff_id` integer NOT NULL,
	`extension` text NOT NULL,
	`device` text NOT NULL,
	`intent` text NOT NULL,
	`reason` text DEFAULT '' NOT NULL,
	`since` integer NOT NULL,
	`wrap_up_until` integer,
	`after_wrap_up` text DEFAULT 'ready' NOT NULL,
	`signed_in_at` integer NOT NULL,
	`signed_out_at` integer,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `shifts_staff_ix` ON `shifts` (`staff_id`,`signed_out_at`);--> statement-breakpoint
CREATE TABLE `staff` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`account` text NOT NULL,
	`name` text NOT NULL,
	`password_hash` text NOT NULL,
	`roles` text NOT NULL,
	`extension` text,
	`unit_code` text,
	`active` integer DEFAULT true NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `staff_account_uq` ON `staff` (`account`);--> statement-breakpoint
CREATE UNIQUE INDEX `staff_extension_uq` ON `staff` (`extension`);--> statement-breakpoint
CREATE TABLE `units` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`code` text NOT NULL,
	`name` text NOT NULL,
	`league` text,
	`kind` text NOT NULL,
	`phone` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `units_code_uq` ON `units` (`code`);