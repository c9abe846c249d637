//! Customers who buy from a shop for a second.
//!
//! Knows the load generator of the example, not the shops. Invariant: an order that fails is a fault.

use crate::Result;
use crate::files::{make_folder, root};
use crate::process::{Background, free_port, quiet};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How long a server may take to listen.
const READY: Duration = Duration::from_secs(30);

/// Starts a shop, which takes `--port` and logs below `logs`, and has the customers of `python` buy.
pub(crate) fn buy(shop: &mut Command, python: &Path, logs: &Path) -> Result<()> {
    let port = free_port()?;
    make_folder(logs)?;
    let mut shop = Background::logged(shop.args(["--port", &port]), &logs.join("shop.log"))?;
    shop.until(READY, || TcpStream::connect(format!("127.0.0.1:{port}")).ok())?;
    let mut load = Command::new(python);
    load.arg(root().join("examples/checkout-python/load.py"));
    let said = quiet(load.args(["--port", &port, "--seconds", "1", "--rate", "50"]))?;
    let said: serde_json::Value =
        serde_json::from_str(&said).map_err(|error| format!("the customers: {error}"))?;
    match said["failed"].as_u64() {
        Some(0) => Ok(()),
        _ => Err(format!("orders failed: {said}")),
    }
}
