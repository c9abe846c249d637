//! The link against a hub on a real socket.
