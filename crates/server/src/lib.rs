//! The engine without a window: anteroom-server, and the host that the desktop shares
