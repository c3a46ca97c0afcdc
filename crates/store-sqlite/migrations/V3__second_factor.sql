-- Second factors, and what signing in through /auth/login adds.

-- `secret` is sealed. `last_step` is the time step of the newest code that was accepted.
CREATE TABLE second_factor (
  user        BLOB    NOT NULL PRIMARY KEY CHECK (length(user) = 16),
  required    INTEGER NOT NULL CHECK (required IN (0, 1)),
  secret      BLOB,
  enrolled_at INTEGER,
  last_step   INTEGER
) STRICT, WITHOUT ROWID;

ALTER TABLE interaction ADD COLUMN second_factor INTEGER NOT NULL DEFAULT 0 CHECK (second_factor IN (0, 1));
-- Whoever was there before had no second factor to give.
UPDATE interaction SET second_factor = 1 WHERE user IS NOT NULL;
CREATE INDEX interaction_by_user ON interaction (user) WHERE user IS NOT NULL;

ALTER TABLE authorization_code ADD COLUMN remember INTEGER NOT NULL DEFAULT 0 CHECK (remember IN (0, 1));
