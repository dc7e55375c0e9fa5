-- One database and one role per service, of the same name; nobody else may connect. For psql, as a superuser; the passwords come
-- from its environment. It may be run again: what exists is kept, and passwords become those given.
\set ON_ERROR_STOP on
\getenv order_password SHOP_ORDER_DB_PASSWORD
\getenv inventory_password SHOP_INVENTORY_DB_PASSWORD
\getenv payment_password SHOP_PAYMENT_DB_PASSWORD
\getenv saga_password SHOP_SAGA_DB_PASSWORD
\getenv accounts_password SHOP_ACCOUNTS_DB_PASSWORD

CREATE TEMPORARY TABLE service AS
SELECT * FROM (VALUES
  ('shop_order', :'order_password'),
  ('shop_inventory', :'inventory_password'),
  ('shop_payment', :'payment_password'),
  ('shop_saga', :'saga_password'),
  ('shop_accounts', :'accounts_password')) AS given (name, password);

SELECT format('CREATE ROLE %I', name) FROM service
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

SELECT format('ALTER ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD %L', name, password)
FROM service \gexec

-- A replica that is paused inside a transaction must not hold the log's head for the others.
SELECT format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''10s''', name) FROM service \gexec

SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8'' LC_COLLATE ''C'' LC_CTYPE ''C''', name, name)
FROM service WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', datname) FROM pg_database
WHERE datname IN ('postgres', 'template1') OR datname IN (SELECT name FROM service) \gexec
