-- When a client got its last token is found among its tokens, however many refusals came since; and what else happened to it
-- among the rest, however many tokens it got. An event stands in one of the two, so a token costs what it did.
DROP INDEX event_by_client;
CREATE INDEX event_token_by_client ON event (client) WHERE kind = 'token_issued' AND client IS NOT NULL;
CREATE INDEX event_other_by_client ON event (client) WHERE kind <> 'token_issued' AND client IS NOT NULL;
