//! Makes `cfg(Py_3_12)` and its like known to our own code, and keeps the library loaded for good.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
    // Callbacks and thread-local destructors of ours may outlive an unload; so there is none.
    println!("cargo::rustc-link-arg=-Wl,-z,nodelete");
}
