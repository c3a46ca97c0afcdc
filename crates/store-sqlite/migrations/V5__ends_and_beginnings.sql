-- A client secret may end by itself: with the end of an overlap, or on a day chosen when it was made. Unix seconds.
ALTER TABLE client ADD COLUMN secret_expires_at INTEGER;
ALTER TABLE client ADD COLUMN retiring_secret_expires_at INTEGER;

-- A signing key may be published before it signs, so that clients know it by then. NULL until it does.
ALTER TABLE signing_key ADD COLUMN activated_at INTEGER;
UPDATE signing_key SET activated_at = created_at;
