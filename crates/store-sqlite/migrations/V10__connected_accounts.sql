-- The Token Vault. Ids, times and digests as in V1.

-- A person's accounts at the providers of connections; the tokens are sealed. `refusal` is what the provider said when it
-- refused to renew, at `refused_at`.
CREATE TABLE connected_account (
  id            BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project       BLOB    NOT NULL,
  user          BLOB    NOT NULL REFERENCES user (id) ON DELETE CASCADE,
  connection    BLOB    NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
  subject       TEXT    NOT NULL,
  client        BLOB,
  access_token  BLOB    NOT NULL,
  refresh_token BLOB,
  scopes        TEXT    NOT NULL CHECK (json_valid(scopes)),
  obtained_at   INTEGER NOT NULL,
  expires_at    INTEGER,
  created_at    INTEGER NOT NULL,
  connected_at  INTEGER NOT NULL,
  used_at       INTEGER,
  refused_at    INTEGER,
  refusal       TEXT,
  version       INTEGER NOT NULL,
  UNIQUE (user, connection, subject)
) STRICT;
CREATE INDEX connected_account_by_connection ON connected_account (connection);
CREATE INDEX connected_account_by_project ON connected_account (project);
CREATE INDEX connected_account_by_obtained ON connected_account (obtained_at);

-- Requests that fill it. `browser` is the digest of the cookie of the browser that opened the ticket; `granted` is sealed.
CREATE TABLE connect_session (
  id             BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project        BLOB    NOT NULL,
  user           BLOB    NOT NULL,
  connection     BLOB    NOT NULL,
  client         BLOB,
  auth_session   BLOB    NOT NULL UNIQUE CHECK (length(auth_session) = 32),
  ticket         BLOB    NOT NULL UNIQUE CHECK (length(ticket) = 32),
  request        TEXT    NOT NULL CHECK (json_valid(request)),
  browser        BLOB    CHECK (length(browser) = 32),
  provider_state BLOB    UNIQUE CHECK (length(provider_state) = 32),
  connect_code   BLOB    CHECK (length(connect_code) = 32),
  granted        BLOB,
  created_at     INTEGER NOT NULL,
  expires_at     INTEGER NOT NULL,
  opened_at      INTEGER,
  answered_at    INTEGER,
  finished_at    INTEGER
) STRICT;
CREATE INDEX connect_session_by_expiry ON connect_session (expires_at);
