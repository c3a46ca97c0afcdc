CREATE TABLE resource_server (
  id             BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project        BLOB    NOT NULL REFERENCES project (id),
  identifier     TEXT    NOT NULL,
  name           TEXT,
  scopes         TEXT    NOT NULL CHECK (json_valid(scopes)),
  settings       TEXT    NOT NULL CHECK (json_valid(settings)),
  signing_secret BLOB,
  created_at     INTEGER NOT NULL,
  updated_at     INTEGER NOT NULL,
  UNIQUE (project, identifier)
) STRICT;
-- The wire shows twelve bytes of the id.
CREATE UNIQUE INDEX resource_server_by_short_id ON resource_server (substr(id, 1, 12));

-- One of the project's own APIs, or one that every project has.
CREATE TABLE client_grant (
  id               BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project          BLOB    NOT NULL REFERENCES project (id),
  client           BLOB    NOT NULL REFERENCES client (id) ON DELETE CASCADE,
  resource_server  BLOB    REFERENCES resource_server (id) ON DELETE CASCADE,
  system_api       TEXT,
  subject_type     TEXT    NOT NULL,
  scope            TEXT    NOT NULL CHECK (json_valid(scope)),
  allow_all_scopes INTEGER NOT NULL,
  rest             TEXT    NOT NULL CHECK (json_valid(rest)),
  created_at       INTEGER NOT NULL,
  CHECK ((resource_server IS NULL) <> (system_api IS NULL))
) STRICT;
CREATE UNIQUE INDEX client_grant_of_own_api ON client_grant (client, resource_server, subject_type)
  WHERE resource_server IS NOT NULL;
CREATE UNIQUE INDEX client_grant_of_system_api ON client_grant (client, system_api, subject_type)
  WHERE system_api IS NOT NULL;
CREATE INDEX client_grant_by_age ON client_grant (project, created_at, id);
CREATE INDEX client_grant_by_resource_server ON client_grant (resource_server) WHERE resource_server IS NOT NULL;

CREATE TABLE connection (
  id                 BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project            BLOB    NOT NULL REFERENCES project (id),
  name               TEXT    NOT NULL,
  strategy           TEXT    NOT NULL,
  display_name       TEXT,
  options            TEXT    NOT NULL CHECK (json_valid(options)),
  client_secret      BLOB,
  authentication     INTEGER NOT NULL,
  connected_accounts INTEGER NOT NULL,
  rest               TEXT    NOT NULL CHECK (json_valid(rest)),
  created_at         INTEGER NOT NULL,
  updated_at         INTEGER NOT NULL,
  UNIQUE (project, name)
) STRICT;

-- The clients that may use a connection.
CREATE TABLE connection_client (
  connection BLOB NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
  client     BLOB NOT NULL REFERENCES client (id) ON DELETE CASCADE,
  PRIMARY KEY (connection, client)
) STRICT, WITHOUT ROWID;
CREATE INDEX connection_client_by_client ON connection_client (client);

-- The Custom API Clients of an API.
CREATE INDEX client_by_resource_server ON client (project, settings ->> '$.auth0.resource_server_identifier')
  WHERE settings ->> '$.auth0.resource_server_identifier' IS NOT NULL;

ALTER TABLE login ADD COLUMN audience TEXT;
ALTER TABLE authorization_code ADD COLUMN audience TEXT;
