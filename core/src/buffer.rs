//! Where captures wait for the shipper: 64 reusable buffers that nobody ever waits for.

mod slab;
mod sync;

pub use slab::{Buffer, Claim, Parked, Slab};
