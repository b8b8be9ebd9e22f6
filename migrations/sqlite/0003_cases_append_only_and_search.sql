-- What happened to a case and what its citizen said stand against everyone, the service included.
CREATE TRIGGER case_transitions_no_update BEFORE UPDATE ON case_transitions BEGIN SELECT RAISE(ABORT, 'case_transitions is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER case_transitions_no_delete BEFORE DELETE ON case_transitions BEGIN SELECT RAISE(ABORT, 'case_transitions is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER case_callbacks_no_update BEFORE UPDATE ON case_callbacks BEGIN SELECT RAISE(ABORT, 'case_callbacks is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER case_callbacks_no_delete BEFORE DELETE ON case_callbacks BEGIN SELECT RAISE(ABORT, 'case_callbacks is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER case_policies_no_update BEFORE UPDATE ON case_policies BEGIN SELECT RAISE(ABORT, 'case_policies is append-only'); END;
--> statement-breakpoint
CREATE TRIGGER case_policies_no_delete BEFORE DELETE ON case_policies BEGIN SELECT RAISE(ABORT, 'case_policies is append-only'); END;
--> statement-breakpoint
-- Words come prepared by the application, so positions and the text itself are not kept.
CREATE VIRTUAL TABLE case_search USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='unicode61 remove_diacritics 0');
