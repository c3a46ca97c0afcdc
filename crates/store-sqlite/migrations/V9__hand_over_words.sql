-- In which language the page of a link and its sheet speak (NULL: whatever the phone asks for), and whose phone it is for.
ALTER TABLE pre_authorized_code ADD COLUMN language TEXT;
ALTER TABLE pre_authorized_code ADD COLUMN phone TEXT NOT NULL DEFAULT 'own';
