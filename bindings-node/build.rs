//! Keeps the addon loaded for good: threads of ours may outlive an unload; so there is none.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
}
