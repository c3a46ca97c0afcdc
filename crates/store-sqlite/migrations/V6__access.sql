CREATE TABLE membership_rest (
  membership BLOB NOT NULL PRIMARY KEY REFERENCES membership (id) ON DELETE CASCADE,
  rest       TEXT NOT NULL CHECK (json_valid(rest))
) STRICT;
CREATE INDEX profile_by_age ON profile (project, resource_type, created_at, id);
CREATE INDEX membership_by_policy ON membership (access_policy) WHERE access_policy IS NOT NULL;
