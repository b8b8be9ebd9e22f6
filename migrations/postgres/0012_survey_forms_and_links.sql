ALTER TABLE "survey_links" ADD COLUMN "open_task_id" bigint;--> statement-breakpoint
ALTER TABLE "survey_person_calls" ADD COLUMN "form_id" text;--> statement-breakpoint
CREATE UNIQUE INDEX "survey_links_open_uq" ON "survey_links" USING btree ("open_task_id");--> statement-breakpoint
CREATE UNIQUE INDEX "survey_person_calls_form_uq" ON "survey_person_calls" USING btree ("task_id","form_id");