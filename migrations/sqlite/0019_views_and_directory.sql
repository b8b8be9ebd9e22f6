CREATE TABLE `case_view_defaults` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`staff_id` integer NOT NULL,
	`view_id` integer NOT NULL,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`view_id`) REFERENCES `case_views`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `case_view_defaults_uq` ON `case_view_defaults` (`staff_id`);--> statement-breakpoint
CREATE TABLE `case_views` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`owner_id` integer NOT NULL,
	`shared` integer DEFAULT false NOT NULL,
	`filters` text NOT NULL,
	`order` text NOT NULL,
	`columns` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `case_views_name_uq` ON `case_views` (`owner_id`,`name`);--> statement-breakpoint
CREATE TABLE `duty_days` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`unit_code` text NOT NULL,
	`day` text NOT NULL,
	`entries` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`changed_by` integer,
	`changed_at` integer NOT NULL,
	FOREIGN KEY (`changed_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `duty_days_uq` ON `duty_days` (`unit_code`,`day`);--> statement-breakpoint
CREATE TABLE `procedure_receipts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`procedure_id` integer NOT NULL,
	`unit_code` text NOT NULL,
	`staff_id` integer NOT NULL,
	`at` integer NOT NULL,
	FOREIGN KEY (`procedure_id`) REFERENCES `procedures`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `procedure_receipts_uq` ON `procedure_receipts` (`procedure_id`,`unit_code`);--> statement-breakpoint
CREATE TABLE `procedures` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`node` text NOT NULL,
	`unit_code` text DEFAULT '' NOT NULL,
	`version` integer NOT NULL,
	`text` text NOT NULL,
	`made_by` integer,
	`made_at` integer NOT NULL,
	FOREIGN KEY (`made_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `procedures_uq` ON `procedures` (`node`,`unit_code`,`version`);--> statement-breakpoint
CREATE TABLE `routing_rules` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`category_code` text DEFAULT '' NOT NULL,
	`place_code` text DEFAULT '' NOT NULL,
	`lead` text NOT NULL,
	`assist` text NOT NULL,
	`reason` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`changed_by` integer,
	`changed_at` integer NOT NULL,
	FOREIGN KEY (`changed_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `routing_rules_uq` ON `routing_rules` (`category_code`,`place_code`);--> statement-breakpoint
CREATE TABLE `unit_people` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`unit_code` text NOT NULL,
	`post` text NOT NULL,
	`name` text NOT NULL,
	`phone` text,
	`staff_id` integer,
	`version` integer DEFAULT 1 NOT NULL,
	`changed_by` integer,
	`changed_at` integer NOT NULL,
	FOREIGN KEY (`staff_id`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`changed_by`) REFERENCES `staff`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `unit_people_unit_ix` ON `unit_people` (`unit_code`);--> statement-breakpoint
CREATE UNIQUE INDEX `unit_people_staff_uq` ON `unit_people` (`staff_id`);--> statement-breakpoint
ALTER TABLE `categories` ADD `active` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `categories` ADD `version` integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE `units` ADD `parent_code` text;--> statement-breakpoint
ALTER TABLE `units` ADD `active` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `units` ADD `version` integer DEFAULT 1 NOT NULL;