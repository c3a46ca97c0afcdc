-- Links with which people choose a password themselves. Ids, times and digests as in V1.
CREATE TABLE user_security_request (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project    BLOB    NOT NULL,
  user       BLOB    NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  membership BLOB    NOT NULL REFERENCES membership (id) ON DELETE CASCADE,
  secret     BLOB    NOT NULL CHECK (length(secret) = 32),
  issued_at  INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER
) STRICT;
CREATE INDEX user_security_request_by_user ON user_security_request (user);
CREATE INDEX user_security_request_by_membership ON user_security_request (membership, issued_at);
CREATE INDEX user_security_request_by_expiry ON user_security_request (expires_at);
