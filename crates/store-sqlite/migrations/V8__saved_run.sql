-- Runs of the playground that somebody kept. No secret is in them.
CREATE TABLE saved_run (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project    BLOB    NOT NULL REFERENCES project (id),
  name       TEXT    NOT NULL,
  request    TEXT    NOT NULL CHECK (json_valid(request)),
  outcome    TEXT    NOT NULL CHECK (json_valid(outcome)),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX saved_run_by_project ON saved_run (project, created_at);
