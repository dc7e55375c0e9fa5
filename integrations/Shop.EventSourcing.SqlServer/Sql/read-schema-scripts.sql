SELECT name FROM schema_scripts
