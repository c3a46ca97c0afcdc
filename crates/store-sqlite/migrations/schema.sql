-- Written by the test that checks it. To change the schema, add a migration.

CREATE TABLE access_policy (
  id             BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project        BLOB    NOT NULL REFERENCES project (id),
  name           TEXT    NOT NULL,
  ip_access_rule TEXT    NOT NULL CHECK (json_valid(ip_access_rule)),
  rest           TEXT    NOT NULL CHECK (json_valid(rest)),
  created_at     INTEGER NOT NULL,
  UNIQUE (project, name)
) STRICT;

CREATE TABLE attempt (
  key   TEXT    NOT NULL PRIMARY KEY,
  since INTEGER NOT NULL,
  count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX attempt_by_begin ON attempt (since);

CREATE TABLE authorization_code (
  id               BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  digest_prefix    INTEGER NOT NULL,
  digest           BLOB    NOT NULL CHECK (length(digest) = 32),
  project          BLOB    NOT NULL,
  client           BLOB    NOT NULL,
  membership       BLOB    NOT NULL,
  session          BLOB,
  login            BLOB    NOT NULL,
  redirect_uri     TEXT,
  scope            TEXT    NOT NULL,
  nonce            TEXT,
  challenge_method TEXT,
  challenge        TEXT,
  auth_method      TEXT    NOT NULL,
  auth_time        INTEGER NOT NULL,
  issued_at        INTEGER NOT NULL,
  expires_at       INTEGER NOT NULL,
  redeemed_at      INTEGER,
  wrong_verifiers  INTEGER NOT NULL
, remember INTEGER NOT NULL DEFAULT 0 CHECK (remember IN (0, 1)), audience TEXT, launch BLOB) STRICT;

CREATE INDEX authorization_code_by_digest ON authorization_code (digest_prefix);

CREATE INDEX authorization_code_by_expiry ON authorization_code (expires_at);

CREATE INDEX authorization_code_by_login ON authorization_code (login);

CREATE INDEX authorization_code_by_session ON authorization_code (session) WHERE session IS NOT NULL;

CREATE TABLE client (
  id                        BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project                   BLOB    NOT NULL REFERENCES project (id),
  name                      TEXT    NOT NULL,
  sort_name                 TEXT    NOT NULL,
  search                    TEXT    NOT NULL,
  client_type               TEXT    NOT NULL,
  status                    TEXT    NOT NULL,
  secret_digest             BLOB    CHECK (length(secret_digest) = 32),
  secret_created_at         INTEGER,
  retiring_secret_digest    BLOB    CHECK (length(retiring_secret_digest) = 32),
  retiring_secret_created_at INTEGER,
  settings                  TEXT    NOT NULL CHECK (json_valid(settings)),
  provider_secret           BLOB,
  created_at                INTEGER NOT NULL,
  updated_at                INTEGER NOT NULL,
  version                   INTEGER NOT NULL
, secret_expires_at INTEGER, retiring_secret_expires_at INTEGER) STRICT;

CREATE INDEX client_by_name ON client (project, sort_name);

CREATE INDEX client_by_resource_server ON client (project, settings ->> '$.auth0.resource_server_identifier')
  WHERE settings ->> '$.auth0.resource_server_identifier' IS NOT NULL;

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

CREATE INDEX client_grant_by_age ON client_grant (project, created_at, id);

CREATE INDEX client_grant_by_resource_server ON client_grant (resource_server) WHERE resource_server IS NOT NULL;

CREATE UNIQUE INDEX client_grant_of_own_api ON client_grant (client, resource_server, subject_type)
  WHERE resource_server IS NOT NULL;

CREATE UNIQUE INDEX client_grant_of_system_api ON client_grant (client, system_api, subject_type)
  WHERE system_api IS NOT NULL;

CREATE TABLE client_origin (
  origin TEXT NOT NULL,
  client BLOB NOT NULL REFERENCES client (id) ON DELETE CASCADE,
  PRIMARY KEY (origin, client)
) STRICT, WITHOUT ROWID;

CREATE INDEX client_origin_by_client ON client_origin (client);

CREATE TABLE client_secret_use (
  client       BLOB    NOT NULL REFERENCES client (id) ON DELETE CASCADE,
  slot         TEXT    NOT NULL CHECK (slot IN ('current', 'retiring', 'gone')),
  last_used_at INTEGER NOT NULL,
  PRIMARY KEY (client, slot)
) STRICT, WITHOUT ROWID;

CREATE INDEX code_by_digest ON pre_authorized_code (digest_prefix);

CREATE INDEX code_by_expiry ON pre_authorized_code (expires_at);

CREATE INDEX code_by_issue ON pre_authorized_code (project, issued_at);

CREATE INDEX code_by_membership ON pre_authorized_code (membership);

CREATE INDEX code_by_typed ON pre_authorized_code (typed_prefix) WHERE typed_prefix IS NOT NULL;

CREATE INDEX code_ended ON pre_authorized_code (ended_at) WHERE ended_at IS NOT NULL;

CREATE INDEX code_outstanding ON pre_authorized_code (project, issued_at, expires_at)
  WHERE redeemed_at IS NULL AND ended_at IS NULL;

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

CREATE INDEX connected_account_by_obtained ON connected_account (obtained_at);

CREATE INDEX connected_account_by_project ON connected_account (project);

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

CREATE TABLE connection_client (
  connection BLOB NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
  client     BLOB NOT NULL REFERENCES client (id) ON DELETE CASCADE,
  PRIMARY KEY (connection, client)
) STRICT, WITHOUT ROWID;

CREATE INDEX connection_client_by_client ON connection_client (client);

CREATE TABLE consent (
  membership BLOB    NOT NULL,
  client     BLOB    NOT NULL,
  scope      TEXT    NOT NULL,
  given_at   INTEGER NOT NULL,
  PRIMARY KEY (membership, client)
) STRICT, WITHOUT ROWID;

CREATE INDEX consent_by_client ON consent (client);

CREATE TABLE event (
  seq     INTEGER NOT NULL PRIMARY KEY,
  at      INTEGER NOT NULL,
  project BLOB,
  kind    TEXT    NOT NULL,
  actor   BLOB,
  subject BLOB,
  client  BLOB,
  about   BLOB,
  refusal TEXT,
  body    TEXT    NOT NULL CHECK (json_valid(body)),
  hash    BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX event_by_about ON event (about) WHERE about IS NOT NULL;

CREATE INDEX event_by_kind ON event (kind) WHERE kind NOT IN ('token_issued', 'refused');

CREATE INDEX event_by_subject ON event (subject) WHERE subject IS NOT NULL;

CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are not changed'); END;

CREATE TRIGGER event_is_not_deleted BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are not deleted'); END;

CREATE INDEX event_other_by_client ON event (client) WHERE kind <> 'token_issued' AND client IS NOT NULL;

CREATE INDEX event_refused ON event (seq) WHERE refusal IS NOT NULL;

CREATE INDEX event_token_by_client ON event (client) WHERE kind = 'token_issued' AND client IS NOT NULL;

CREATE TABLE interaction (
  id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project     BLOB    NOT NULL,
  client      BLOB    NOT NULL,
  browser     BLOB    CHECK (length(browser) = 32),
  request     TEXT    NOT NULL CHECK (json_valid(request)),
  user        BLOB,
  session     BLOB,
  auth_method TEXT,
  auth_time   INTEGER,
  membership  BLOB,
  seen        INTEGER NOT NULL CHECK (seen IN (0, 1)),
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  finished_at INTEGER
, second_factor INTEGER NOT NULL DEFAULT 0 CHECK (second_factor IN (0, 1))) STRICT;

CREATE INDEX interaction_by_expiry ON interaction (expires_at);

CREATE INDEX interaction_by_user ON interaction (user) WHERE user IS NOT NULL;

CREATE TABLE login (
  id                  BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project             BLOB    NOT NULL,
  client              BLOB    NOT NULL,
  membership          BLOB    NOT NULL,
  auth_method         TEXT    NOT NULL,
  auth_time           INTEGER NOT NULL,
  scope               TEXT    NOT NULL,
  remote_address      TEXT,
  expires_at          INTEGER NOT NULL,
  revoked_at          INTEGER,
  pre_authorized_code BLOB
, audience TEXT, launch BLOB) STRICT, WITHOUT ROWID;

CREATE INDEX login_by_end ON login (revoked_at) WHERE revoked_at IS NOT NULL;

CREATE INDEX login_by_expiry ON login (expires_at);

CREATE INDEX login_by_membership ON login (membership, auth_time);

CREATE TABLE membership (
  row           INTEGER NOT NULL PRIMARY KEY,
  id            BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
  project       BLOB    NOT NULL REFERENCES project (id),
  user          BLOB    CHECK (length(user) = 16),
  client        BLOB    UNIQUE CHECK (length(client) = 16),
  profile_type  TEXT    NOT NULL,
  profile       BLOB    NOT NULL CHECK (length(profile) = 16),
  display       TEXT    NOT NULL,
  sort_name     TEXT,
  words         TEXT,
  identifier    TEXT,
  admin         INTEGER NOT NULL CHECK (admin IN (0, 1)),
  desk          INTEGER NOT NULL CHECK (desk IN (0, 1)),
  active        INTEGER NOT NULL CHECK (active IN (0, 1)),
  external_id   TEXT,
  access_policy BLOB    REFERENCES access_policy (id),
  created_at    INTEGER NOT NULL, access TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(access)),
  UNIQUE (project, external_id),
  CHECK ((user IS NULL) <> (client IS NULL))
) STRICT;

CREATE TABLE membership_access (
  membership    BLOB NOT NULL REFERENCES membership (id) ON DELETE CASCADE,
  access_policy BLOB NOT NULL REFERENCES access_policy (id),
  PRIMARY KEY (membership, access_policy)
) STRICT, WITHOUT ROWID;

CREATE INDEX membership_access_by_policy ON membership_access (access_policy);

CREATE INDEX membership_admin ON membership (project) WHERE admin;

CREATE INDEX membership_by_policy ON membership (access_policy) WHERE access_policy IS NOT NULL;

CREATE INDEX membership_by_profile ON membership (profile);

CREATE INDEX membership_by_user ON membership (user) WHERE user IS NOT NULL;

CREATE TABLE membership_rest (
  membership BLOB NOT NULL PRIMARY KEY REFERENCES membership (id) ON DELETE CASCADE,
  rest       TEXT NOT NULL CHECK (json_valid(rest))
) STRICT;

CREATE INDEX person_by_identifier ON membership (project, identifier, profile_type) WHERE identifier IS NOT NULL;

CREATE INDEX person_by_name ON membership (project, sort_name, profile_type) WHERE sort_name IS NOT NULL;

CREATE VIRTUAL TABLE person_search USING fts5 (words, tokenize = 'ascii', prefix = '1 2 3 4', detail = 'none');

CREATE TABLE pre_authorized_code (
  id              BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project         BLOB    NOT NULL,
  client          BLOB    NOT NULL,
  membership      BLOB    NOT NULL,
  digest_prefix   INTEGER NOT NULL,
  digest          BLOB    NOT NULL CHECK (length(digest) = 32),
  typed_prefix    INTEGER,
  typed_digest    BLOB    CHECK (length(typed_digest) = 32),
  tx_code_mac     BLOB    CHECK (length(tx_code_mac) = 32),
  tx_code_length  INTEGER,
  scope           TEXT    NOT NULL,
  nonce           TEXT    NOT NULL,
  hand_over       TEXT    NOT NULL,
  issued_by       BLOB    NOT NULL,
  issued_at       INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  opened_at       INTEGER,
  redeemed_at     INTEGER,
  login           BLOB,
  ending          TEXT,
  ended_at        INTEGER,
  wrong_tx_codes  INTEGER NOT NULL,
  refused         INTEGER NOT NULL
, language TEXT, phone TEXT NOT NULL DEFAULT 'own') STRICT;

CREATE TABLE profile (
  id             BLOB    NOT NULL CHECK (length(id) = 16),
  resource_type  TEXT    NOT NULL,
  project        BLOB    NOT NULL REFERENCES project (id),
  resource       TEXT    NOT NULL CHECK (json_valid(resource)),
  birth_date     TEXT,
  identifier     TEXT,
  created_at     INTEGER NOT NULL,
  PRIMARY KEY (id, resource_type)
) STRICT;

CREATE INDEX profile_by_age ON profile (project, resource_type, created_at, id);

CREATE TABLE project (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  name       TEXT    NOT NULL,
  dialect    TEXT    NOT NULL,
  settings   TEXT    NOT NULL CHECK (json_valid(settings)),
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE refresh_family (
  login      BLOB    NOT NULL PRIMARY KEY CHECK (length(login) = 16),
  client     BLOB    NOT NULL,
  session    BLOB,
  locator    BLOB    NOT NULL UNIQUE CHECK (length(locator) = 32),
  current    BLOB    NOT NULL CHECK (length(current) = 32),
  previous   BLOB    CHECK (length(previous) = 32),
  rotated_at INTEGER,
  graced     INTEGER NOT NULL CHECK (graced IN (0, 1)),
  offline    INTEGER NOT NULL CHECK (offline IN (0, 1)),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX refresh_family_by_expiry ON refresh_family (expires_at);

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

CREATE UNIQUE INDEX resource_server_by_short_id ON resource_server (substr(id, 1, 12));

CREATE TABLE saved_run (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project    BLOB    NOT NULL REFERENCES project (id),
  name       TEXT    NOT NULL,
  request    TEXT    NOT NULL CHECK (json_valid(request)),
  outcome    TEXT    NOT NULL CHECK (json_valid(outcome)),
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX saved_run_by_project ON saved_run (project, created_at);

CREATE TABLE sealed_value (
  name   TEXT NOT NULL PRIMARY KEY,
  sealed BLOB NOT NULL
) STRICT;

CREATE TABLE second_factor (
  user        BLOB    NOT NULL PRIMARY KEY CHECK (length(user) = 16),
  required    INTEGER NOT NULL CHECK (required IN (0, 1)),
  secret      BLOB,
  enrolled_at INTEGER,
  last_step   INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  id          BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project     BLOB    NOT NULL,
  digest      BLOB    NOT NULL UNIQUE CHECK (length(digest) = 32),
  user        BLOB    NOT NULL,
  membership  BLOB,
  auth_method TEXT    NOT NULL,
  auth_time   INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  ended_at    INTEGER
) STRICT;

CREATE INDEX session_by_expiry ON session (expires_at);

CREATE INDEX session_by_user ON session (user);

CREATE TABLE setting (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID;

CREATE TABLE signing_key (
  kid        TEXT    NOT NULL PRIMARY KEY,
  alg        TEXT    NOT NULL,
  pkcs8      BLOB    NOT NULL,
  created_at INTEGER NOT NULL,
  retired_at INTEGER,
  leaves_at  INTEGER
, activated_at INTEGER) STRICT;

CREATE TABLE smart_app_launch (
  id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project    BLOB    NOT NULL REFERENCES project (id),
  resource   TEXT    NOT NULL CHECK (json_valid(resource)),
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX smart_app_launch_by_age ON smart_app_launch (project, created_at, id);

CREATE TABLE user (
  id             BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  project        BLOB    NOT NULL REFERENCES project (id),
  email          TEXT,
  email_verified INTEGER NOT NULL CHECK (email_verified IN (0, 1)),
  password       TEXT,
  created_at     INTEGER NOT NULL,
  UNIQUE (project, email)
) STRICT;

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

CREATE INDEX user_security_request_by_expiry ON user_security_request (expires_at);

CREATE INDEX user_security_request_by_membership ON user_security_request (membership, issued_at);

CREATE INDEX user_security_request_by_user ON user_security_request (user);
