-- What citizens answered, and to which words, stands against everyone, the service included (R04).
CREATE TRIGGER survey_versions_no_change BEFORE UPDATE OR DELETE ON survey_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER survey_versions_no_truncate BEFORE TRUNCATE ON survey_versions FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER survey_answers_no_change BEFORE UPDATE OR DELETE ON survey_answers FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER survey_answers_no_truncate BEFORE TRUNCATE ON survey_answers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER survey_voices_no_change BEFORE UPDATE OR DELETE ON survey_voices FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER survey_voices_no_truncate BEFORE TRUNCATE ON survey_voices FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER survey_opt_outs_no_change BEFORE UPDATE OR DELETE ON survey_opt_outs FOR EACH ROW EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER survey_opt_outs_no_truncate BEFORE TRUNCATE ON survey_opt_outs FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
