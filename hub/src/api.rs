//! The API people and programs use: JSON over HTTP, and server-sent events.

pub mod types;
