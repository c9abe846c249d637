//! The `stillframe` command.
mod args;
mod command;
mod fail;
mod link;
mod location;
mod output;
mod screen;
fn main() {}
