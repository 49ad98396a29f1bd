-- Grain: one row per migration that was applied to this database.
-- Sort key: the number, which is how it is looked up.
-- Dedupe: the last applied row of a number wins, so two migrators at once leave one row.
CREATE TABLE IF NOT EXISTS {table:schema_migrations}{on_cluster} (
  number UInt32 COMMENT 'Number of the migration: the digits its file name begins with',
  name String COMMENT 'File name without number and ending',
  checksum String COMMENT 'SHA-256 of the file, lower-case hex: an applied file never changes',
  applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When it was applied [UTC, to the ms]'
)
ENGINE = {engine:ReplacingMergeTree(applied_at)}
ORDER BY number
COMMENT 'Which migrations this database has: one row per migration';
