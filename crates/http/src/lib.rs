//! The engine over HTTP: routes, pages, security headers and the accept loop
