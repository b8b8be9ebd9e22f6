ALTER TABLE "case_files" ADD COLUMN "scanned" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "case_works" ADD COLUMN "file_ids" jsonb;--> statement-breakpoint
CREATE INDEX "case_files_sha256_ix" ON "case_files" USING btree ("sha256");