CREATE TABLE accounts (
  id TEXT NOT NULL PRIMARY KEY,
  user_name TEXT,
  normalized_user_name TEXT,
  email TEXT,
  normalized_email TEXT,
  email_confirmed INTEGER NOT NULL,
  password_hash TEXT,
  security_stamp TEXT,
  concurrency_stamp TEXT,
  phone_number TEXT,
  phone_number_confirmed INTEGER NOT NULL,
  two_factor_enabled INTEGER NOT NULL,
  lockout_end TEXT,
  lockout_enabled INTEGER NOT NULL,
  access_failed_count INTEGER NOT NULL,
  display_name TEXT,
  role TEXT NOT NULL CHECK (role IN ('customer', 'operator'))
);
CREATE UNIQUE INDEX accounts_by_user_name ON accounts (normalized_user_name);
CREATE UNIQUE INDEX accounts_by_email ON accounts (normalized_email);

CREATE TABLE account_claims (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  user_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  claim_type TEXT,
  claim_value TEXT
);
CREATE INDEX account_claims_by_account ON account_claims (user_id);

CREATE TABLE account_logins (
  login_provider TEXT NOT NULL,
  provider_key TEXT NOT NULL,
  provider_display_name TEXT,
  user_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  PRIMARY KEY (login_provider, provider_key)
);
CREATE INDEX account_logins_by_account ON account_logins (user_id);

CREATE TABLE account_tokens (
  user_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  login_provider TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT,
  PRIMARY KEY (user_id, login_provider, name)
);
