//! Prints what is kept as `docs/openapi.json`.

fn main() {
    println!("{:#}", stillframe_hub::api::description());
}
