-- The authorization code flow. Ids, times and digests as in V1; no foreign keys, as for the hot rows there.

-- `login` is the login a code will make; it exists when `redeemed_at` does.
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
) STRICT;
CREATE INDEX authorization_code_by_digest ON authorization_code (digest_prefix);
CREATE INDEX authorization_code_by_login ON authorization_code (login);
CREATE INDEX authorization_code_by_expiry ON authorization_code (expires_at);
CREATE INDEX authorization_code_by_session ON authorization_code (session) WHERE session IS NOT NULL;

-- `browser` is the digest of the cookie of the browser that began it.
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
) STRICT;
CREATE INDEX interaction_by_expiry ON interaction (expires_at);

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

-- All refresh tokens of one login. `locator` is the digest of the part they share.
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

CREATE TABLE consent (
  membership BLOB    NOT NULL,
  client     BLOB    NOT NULL,
  scope      TEXT    NOT NULL,
  given_at   INTEGER NOT NULL,
  PRIMARY KEY (membership, client)
) STRICT, WITHOUT ROWID;
CREATE INDEX consent_by_client ON consent (client);
