-- What citizens answered, and to which words, stands against everyone, the service included (R04).
CREATE TRIGGER survey_versions_no_update BEFORE UPDATE ON survey_versions BEGIN SELECT RAISE(ABORT, 'survey_versions is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER survey_versions_no_delete BEFORE DELETE ON survey_versions BEGIN SELECT RAISE(ABORT, 'survey_versions is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER survey_answers_no_update BEFORE UPDATE ON survey_answers BEGIN SELECT RAISE(ABORT, 'survey_answers is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER survey_answers_no_delete BEFORE DELETE ON survey_answers BEGIN SELECT RAISE(ABORT, 'survey_answers is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER survey_voices_no_update BEFORE UPDATE ON survey_voices BEGIN SELECT RAISE(ABORT, 'survey_voices is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER survey_voices_no_delete BEFORE DELETE ON survey_voices BEGIN SELECT RAISE(ABORT, 'survey_voices is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER survey_opt_outs_no_update BEFORE UPDATE ON survey_opt_outs BEGIN SELECT RAISE(ABORT, 'survey_opt_outs is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER survey_opt_outs_no_delete BEFORE DELETE ON survey_opt_outs BEGIN SELECT RAISE(ABORT, 'survey_opt_outs is append-only'); END;
