//! What is said to people: on stderr at once, or kept to its end where steps run side by side.
//!
//! Knows nothing of steps. Invariant: what was kept is said in one piece, also after a fault.

use std::cell::RefCell;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// Says a line, written as for `eprintln!`.
macro_rules! say {
    ($($part:tt)*) => { $crate::say::voice().text(&format!("{}\n", format_args!($($part)*))) };
}
pub(crate) use say;

thread_local! {
    static KEPT: RefCell<Voice> = const { RefCell::new(Voice(None)) };
}

/// Where a thread's words go; a thread that speaks for another takes that one's.
#[derive(Clone)]
pub(crate) struct Voice(Option<Arc<Mutex<Vec<u8>>>>);

impl Voice {
    /// Says it without a line's end of its own.
    pub(crate) fn text(&self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// The same for what a program wrote.
    pub(crate) fn bytes(&self, bytes: &[u8]) {
        match &self.0 {
            Some(kept) => {
                kept.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            }
            None => {
                // What cannot be shown is not worth failing over.
                let _shown = std::io::stderr().lock().write_all(bytes);
            }
        }
    }
}

/// This thread's voice.
pub(crate) fn voice() -> Voice {
    KEPT.with_borrow(Clone::clone)
}

/// Has this thread speak for another.
pub(crate) fn speak_as(voice: Voice) {
    KEPT.set(voice);
}

/// Keeps what `work` says, and says it when it is done.
pub(crate) fn in_one_piece<T>(work: impl FnOnce() -> T) -> T {
    let kept = Arc::default();
    let before = KEPT.replace(Voice(Some(Arc::clone(&kept))));
    let done = work();
    KEPT.set(before);
    voice().bytes(&kept.lock().unwrap_or_else(PoisonError::into_inner));
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_in_one_piece_from_every_thread_that_speaks_for_it() {
        let all = Voice(Some(Arc::default()));
        KEPT.set(all.clone());
        in_one_piece(|| {
            say!("one");
            let voice = voice();
            std::thread::spawn(move || voice.text("two\n")).join().expect("it only speaks");
            all.text("another's\n");
        });
        let kept = all.0.expect("it keeps");
        assert_eq!(*kept.lock().expect("nobody fell"), b"another's\none\ntwo\n");
    }
}
