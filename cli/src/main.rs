//! The `stillframe` command.
mod fail;
mod screen;
fn main() {}
