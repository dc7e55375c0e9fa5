-- Accounts that were erased, and whose bytes may still be in the files of this database.
CREATE TABLE account_purges (account_id text NOT NULL PRIMARY KEY);

-- The planner's statistics would keep a sample of these columns, in a catalogue that nobody but a superuser can clean: none are
-- taken any more, and a column of another type, if only by name, loses those that were.
ALTER TABLE accounts
  ALTER COLUMN user_name TYPE text, ALTER COLUMN user_name SET STATISTICS 0,
  ALTER COLUMN normalized_user_name TYPE text, ALTER COLUMN normalized_user_name SET STATISTICS 0,
  ALTER COLUMN email TYPE text, ALTER COLUMN email SET STATISTICS 0,
  ALTER COLUMN normalized_email TYPE text, ALTER COLUMN normalized_email SET STATISTICS 0,
  ALTER COLUMN password_hash TYPE text, ALTER COLUMN password_hash SET STATISTICS 0,
  ALTER COLUMN phone_number TYPE text, ALTER COLUMN phone_number SET STATISTICS 0,
  ALTER COLUMN display_name TYPE text, ALTER COLUMN display_name SET STATISTICS 0;
ALTER TABLE account_claims
  ALTER COLUMN claim_value TYPE text, ALTER COLUMN claim_value SET STATISTICS 0;
ALTER TABLE account_logins
  ALTER COLUMN provider_key TYPE text, ALTER COLUMN provider_key SET STATISTICS 0,
  ALTER COLUMN provider_display_name TYPE text, ALTER COLUMN provider_display_name SET STATISTICS 0;
ALTER TABLE account_tokens
  ALTER COLUMN value TYPE text, ALTER COLUMN value SET STATISTICS 0;
