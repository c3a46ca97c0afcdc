-- Events of links are found by their kind, too: a log may be full of tokens and have no link at all. And whoever
-- administers a project is found without walking its people.
DROP INDEX event_rare;
CREATE INDEX event_by_kind ON event (kind) WHERE kind NOT IN ('token_issued', 'refused');
CREATE INDEX membership_admin ON membership (project) WHERE admin;
