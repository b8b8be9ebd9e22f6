-- What happened to a case and what its citizen said stand against everyone, the service included.
CREATE TRIGGER case_transitions_no_change BEFORE UPDATE OR DELETE ON case_transitions FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER case_transitions_no_truncate BEFORE TRUNCATE ON case_transitions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER case_callbacks_no_change BEFORE UPDATE OR DELETE ON case_callbacks FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER case_callbacks_no_truncate BEFORE TRUNCATE ON case_callbacks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER case_policies_no_change BEFORE UPDATE OR DELETE ON case_policies FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER case_policies_no_truncate BEFORE TRUNCATE ON case_policies FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Words come prepared by the application, so no dictionary of the server's has a say.
CREATE TABLE case_search (rowid bigint PRIMARY KEY, words tsvector NOT NULL);
--> statement-breakpoint
CREATE INDEX case_search_words_ix ON case_search USING gin (words);
