//! The authorization server: endpoints, grants, checks and the store contract, without HTTP and without a database
