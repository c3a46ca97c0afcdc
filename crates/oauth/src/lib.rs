//! The words of the OAuth 2.0, OpenID Connect and JOSE standards: types and checks without clock, database or network
