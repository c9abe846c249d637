//! Passages with instants that are made up, so that every duration is known.

use super::*;

const US: u64 = 1_000;

fn spread(stopwatch: &Stopwatch) -> (u64, u64, u64) {
    let running = stopwatch.durations().running.expect("something was measured");
    (running.count, running.min_ns, running.max_ns)
}

#[test]
fn a_passage_takes_from_begin_to_end() {
    let stopwatch = Stopwatch::default();
    stopwatch.begin(16, 5 * US);
    assert_eq!((stopwatch.open(), stopwatch.durations().running), (1, None));
    stopwatch.end(16, 12 * US, false);
    stopwatch.end(16, 99 * US, false);
    assert_eq!(spread(&stopwatch), (1, 7 * US, 7 * US));
    let durations = stopwatch.durations();
    assert_eq!((durations.ended, durations.open, durations.exceptions), (1, 0, 0));
    assert_eq!(durations.elapsed, None);
}

#[test]
fn inner_calls_are_part_of_the_outer_and_passages_of_their_own() {
    let stopwatch = Stopwatch::default();
    for (frame, at) in [(16, 1), (32, 2), (48, 3)] {
        stopwatch.begin(frame, at * US);
    }
    for (frame, at) in [(48, 4), (32, 6), (16, 9)] {
        stopwatch.end(frame, at * US, frame == 32);
    }
    assert_eq!(spread(&stopwatch), (3, US, 8 * US));
    let durations = stopwatch.durations();
    assert_eq!(durations.exceptions, 1);
    assert_eq!(durations.running.expect("three").sum_ns, (1 + 4 + 8) * US);
}

#[test]
fn suspended_time_counts_as_elapsed_only() {
    let stopwatch = Stopwatch::default();
    stopwatch.begin(16, 0);
    stopwatch.suspend(16, 10 * US);
    // Another task runs on the same thread meanwhile.
    stopwatch.begin(32, 20 * US);
    stopwatch.suspend(32, 25 * US);
    stopwatch.resume(16, 100 * US);
    stopwatch.suspend(16, 103 * US);
    stopwatch.resume(32, 200 * US);
    stopwatch.end(32, 201 * US, false);
    stopwatch.resume(16, 300 * US);
    stopwatch.end(16, 304 * US, true);
    let durations = stopwatch.durations();
    let running = durations.running.expect("two");
    assert_eq!((running.count, running.min_ns, running.max_ns), (2, 6 * US, 17 * US));
    let elapsed = durations.elapsed.expect("two");
    assert_eq!((elapsed.count, elapsed.min_ns, elapsed.max_ns), (2, 181 * US, 304 * US));
}

#[test]
fn a_frame_that_was_known_before_is_never_measured() {
    let stopwatch = Stopwatch::default();
    stopwatch.resume(16, US);
    stopwatch.suspend(16, 2 * US);
    stopwatch.end(16, 3 * US, false);
    assert_eq!(stopwatch.durations(), Durations::default());
    assert_eq!(stopwatch.phase(16), None);
}

#[test]
fn a_dropped_generator_is_lost_when_its_place_is_used_again() {
    let stopwatch = Stopwatch::default();
    stopwatch.begin(16, 0);
    stopwatch.suspend(16, US);
    stopwatch.forget(16);
    stopwatch.begin(16, 50 * US);
    stopwatch.end(16, 52 * US, false);
    let durations = stopwatch.durations();
    assert_eq!((durations.ended, durations.open, durations.lost), (1, 0, 1));
    assert_eq!(spread(&stopwatch), (1, 2 * US, 2 * US));
}

#[test]
fn whatever_was_begun_is_ended_open_or_lost() {
    let stopwatch = Stopwatch::default();
    (1..=9).for_each(|frame| stopwatch.begin(frame * 16, US));
    (1..=3).for_each(|frame| stopwatch.end(frame * 16, 2 * US, false));
    stopwatch.forget(64);
    let durations = stopwatch.durations();
    assert_eq!((durations.ended, durations.open, durations.lost), (3, 5, 1));
    stopwatch.cut();
    stopwatch.end(80, 9 * US, false);
    let durations = stopwatch.durations();
    assert_eq!((durations.ended, durations.open, durations.lost), (3, 0, 6));
}

#[test]
fn a_process_has_so_many_and_no_more() {
    let stopwatches = Stopwatches::default();
    assert!(stopwatches.get(0).is_none());
    assert!(stopwatches.start(3) && !stopwatches.start(MAX_TIME_PROBES as u32));
    let stopwatch = stopwatches.get(3).expect("it was started");
    stopwatch.begin(16, US);
    stopwatches.reset_in_child();
    assert_eq!((stopwatch.open(), stopwatch.phase(16)), (0, None));
    stopwatch.end(16, 2 * US, false);
    assert_eq!(stopwatch.durations(), Durations::default());
}
