//! Keeps the library loaded for good, exports nothing but its entry point, and finds its symbols in
//! the interpreter that loads it.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    rb_sys_env::activate()?;
    // Callbacks and thread-local destructors of ours may outlive an unload; so there is none.
    println!("cargo::rustc-link-arg=-Wl,-z,nodelete");
    Ok(())
}
