CREATE TABLE `kept_places` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`place` text NOT NULL,
	`node` text NOT NULL,
	`call_id` integer,
	`number` text NOT NULL,
	`queue` text NOT NULL,
	`waiting_since` integer NOT NULL,
	`ahead_minutes` integer NOT NULL,
	`asked_at` integer NOT NULL,
	`shown` text NOT NULL,
	`state` text NOT NULL,
	`state_at` integer NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`due_at` integer,
	`channel_id` text DEFAULT '' NOT NULL,
	FOREIGN KEY (`call_id`) REFERENCES `calls`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `kept_places_place_uq` ON `kept_places` (`place`);--> statement-breakpoint
CREATE INDEX `kept_places_state_ix` ON `kept_places` (`state`,`due_at`);--> statement-breakpoint
CREATE INDEX `kept_places_number_ix` ON `kept_places` (`number`,`state`);--> statement-breakpoint
CREATE INDEX `kept_places_channel_ix` ON `kept_places` (`channel_id`);--> statement-breakpoint
ALTER TABLE `calls` ADD `origin` text DEFAULT 'citizen' NOT NULL;