ALTER TABLE `case_files` ADD `scanned` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `case_files_sha256_ix` ON `case_files` (`sha256`);--> statement-breakpoint
ALTER TABLE `case_works` ADD `file_ids` text;