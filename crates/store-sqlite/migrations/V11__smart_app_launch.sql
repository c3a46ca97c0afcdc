-- Launches of an EHR. Ids and times as in V1. What came from a launch that was deleted keeps its id.
CREATE TABLE smart_app_launch (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project    BLOB    NOT NULL REFERENCES project (id),
  resource   TEXT    NOT NULL CHECK (json_valid(resource)),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX smart_app_launch_by_age ON smart_app_launch (project, created_at, id);

ALTER TABLE login ADD COLUMN launch BLOB;
ALTER TABLE authorization_code ADD COLUMN launch BLOB;
