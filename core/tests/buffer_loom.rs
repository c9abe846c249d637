//! The slab under the model checker: every interleaving of two publishers and the shipper.
//!
//! `RUSTFLAGS="--cfg loom" cargo test -p stillframe-core --test buffer_loom --target-dir target/loom`
//! must pass; with `STILLFRAME_LOOM_MUTATION=1`, which weakens publishing, it must fail.
#![cfg(loom)]

use loom::sync::Arc;
use loom::thread;
use stillframe_core::buffer::Slab;

#[test]
fn two_publishers_and_one_shipper_lose_nothing() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(|| {
        let slab = Arc::new(Slab::new(2, 8));
        let publishers: Vec<_> = (0..2).map(|site| publisher(Arc::clone(&slab), site)).collect();
        let mut drained = slab.drain(whole);
        drained += slab.drain(whole);
        let published: u32 =
            publishers.into_iter().map(|thread| thread.join().expect("it does not panic")).sum();
        drained += slab.drain(whole);
        assert_eq!(drained, published);
        assert!(slab.is_idle());
    });
}

fn publisher(slab: Arc<Slab>, site: u32) -> thread::JoinHandle<u32> {
    thread::spawn(move || {
        let mut published = 0;
        for _ in 0..2 {
            if let Some(mut claim) = slab.claim() {
                claim.write(|buffer| {
                    assert!(buffer.bytes.is_empty());
                    buffer.site = site;
                    buffer.bytes.extend([site as u8; 2]);
                });
                claim.publish();
                published += 1;
            }
        }
        published
    })
}

fn whole(buffer: &mut stillframe_core::buffer::Buffer) {
    assert_eq!(buffer.bytes, [buffer.site as u8; 2]);
}
