CREATE TABLE accounts (
  id                     nvarchar(450)     COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT accounts_id PRIMARY KEY,
  user_name              nvarchar(450)     COLLATE Latin1_General_100_BIN2,
  normalized_user_name   nvarchar(450)     COLLATE Latin1_General_100_BIN2,
  email                  nvarchar(450)     COLLATE Latin1_General_100_BIN2,
  normalized_email       nvarchar(450)     COLLATE Latin1_General_100_BIN2,
  email_confirmed        bit               NOT NULL,
  password_hash          nvarchar(max)     COLLATE Latin1_General_100_BIN2,
  security_stamp         nvarchar(max)     COLLATE Latin1_General_100_BIN2,
  concurrency_stamp      nvarchar(max)     COLLATE Latin1_General_100_BIN2,
  phone_number           nvarchar(max)     COLLATE Latin1_General_100_BIN2,
  phone_number_confirmed bit               NOT NULL,
  two_factor_enabled     bit               NOT NULL,
  lockout_end            datetimeoffset(6),
  lockout_enabled        bit               NOT NULL,
  access_failed_count    int               NOT NULL,
  display_name           nvarchar(max)     COLLATE Latin1_General_100_BIN2,
  role                   nvarchar(20)      COLLATE Latin1_General_100_BIN2 NOT NULL CHECK (role IN (N'customer', N'operator'))
);

-- Else only one account could have none.
CREATE UNIQUE INDEX accounts_by_user_name ON accounts (normalized_user_name) WHERE normalized_user_name IS NOT NULL;
CREATE UNIQUE INDEX accounts_by_email ON accounts (normalized_email) WHERE normalized_email IS NOT NULL;

CREATE TABLE account_claims (
  id          int           NOT NULL IDENTITY CONSTRAINT account_claims_id PRIMARY KEY,
  user_id     nvarchar(450) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT account_claims_account REFERENCES accounts (id) ON DELETE CASCADE,
  claim_type  nvarchar(max) COLLATE Latin1_General_100_BIN2,
  claim_value nvarchar(max) COLLATE Latin1_General_100_BIN2
);
CREATE INDEX account_claims_by_account ON account_claims (user_id);

-- An index takes 1,700 bytes of a row.
CREATE TABLE account_logins (
  login_provider        nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  provider_key          nvarchar(450) COLLATE Latin1_General_100_BIN2 NOT NULL,
  provider_display_name nvarchar(max) COLLATE Latin1_General_100_BIN2,
  user_id               nvarchar(450) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT account_logins_account REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT account_logins_key PRIMARY KEY NONCLUSTERED (login_provider, provider_key)
);
CREATE CLUSTERED INDEX account_logins_by_account ON account_logins (user_id);

CREATE TABLE account_tokens (
  user_id        nvarchar(450) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT account_tokens_account REFERENCES accounts (id) ON DELETE CASCADE,
  login_provider nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  name           nvarchar(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
  value          nvarchar(max) COLLATE Latin1_General_100_BIN2,
  CONSTRAINT account_tokens_name PRIMARY KEY NONCLUSTERED (user_id, login_provider, name)
);

-- Accounts that were erased, and whose bytes may still be in the files of this database.
CREATE TABLE account_purges (account_id nvarchar(450) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT account_purges_id PRIMARY KEY);
