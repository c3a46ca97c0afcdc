-- Further access policies of a membership, with the values of their variables; and which they are, so that none of them can
-- be deleted.
ALTER TABLE membership ADD COLUMN access TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(access));
CREATE TABLE membership_access (
  membership    BLOB NOT NULL REFERENCES membership (id) ON DELETE CASCADE,
  access_policy BLOB NOT NULL REFERENCES access_policy (id),
  PRIMARY KEY (membership, access_policy)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_access_by_policy ON membership_access (access_policy);
