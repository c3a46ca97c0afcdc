//! In-process servers, clients and builders for tests, and the bridge that lets a browser drive the real engine
