//! Crashes, torn tails, duplicates, limits, retention and a full disk, against real files.

use super::*;
use crate::store::segment::path;
use crate::store::{Moment, Which};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

const KEEP: Retention = Retention { age_ns: u64::MAX, bytes: 1 << 40 };
/// Names the folder of a child that writes until it is killed.
const CHILD: &str = "STILLFRAME_TEST_STORE";

fn probe() -> ProbeId {
    "p7k2".parse().expect("an id")
}

fn incoming(instance: u8, sequence: u64) -> Incoming {
    let mut blob = format!("{instance}/{sequence} ").into_bytes();
    // Bytes that zstd cannot shrink, so that sizes are what they seem.
    let mut state = sequence.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    blob.extend(
        std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .take(700),
    );
    Incoming {
        probe: probe(),
        instance: InstanceId([instance; 16]),
        sequence,
        time_ns: sequence * 10,
        limit: None,
        blob,
    }
}

fn open(folder: &Path) -> (DiskStore, Recovery) {
    DiskStore::open(folder, KEEP).expect("opens")
}

fn all(store: &DiskStore) -> Vec<Stored> {
    store.query(&Query { which: Which::All { after: 0 }, limit: 1 << 20 }).expect("reads")
}

fn put(store: &DiskStore, sequences: std::ops::RangeInclusive<u64>) -> Vec<Outcome> {
    let batch: Vec<_> = sequences.map(|sequence| incoming(1, sequence)).collect();
    store.put_batch(&batch).expect("stored")
}

#[test]
fn what_was_stored_is_read_after_a_restart() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let (store, recovery) = open(temp.path());
    assert_eq!(recovery, Recovery::default());
    put(&store, 1..=1_000);
    put(&store, 1_001..=1_010);
    let before = all(&store);
    assert_eq!(before.len(), 1_010);
    for (stored, number) in before.iter().zip(1..) {
        assert_eq!((stored.number, stored.position, stored.sequence), (number, number, number));
        assert_eq!(stored.blob, incoming(1, number).blob);
    }
    drop(store);
    let (store, recovery) = open(temp.path());
    assert_eq!(recovery, Recovery::default());
    assert_eq!(all(&store), before);
    let Outcome::Stored(next) = put(&store, 1_011..=1_011).remove(0) else { panic!("not stored") };
    assert_eq!((next.number, next.position), (1_011, 1_011));
    let query = Query { which: Which::Probe { probe: probe(), after: 1_000 }, limit: 3 };
    let numbers: Vec<_> =
        store.query(&query).expect("reads").iter().map(|stored| stored.number).collect();
    assert_eq!(numbers, [1_001, 1_002, 1_003]);
    for number in [1, 17, 1_011] {
        let query = Query { which: Which::Number { probe: probe(), number }, limit: 1 };
        assert_eq!(store.query(&query).expect("reads")[0].sequence, number);
    }
    for number in [0, 1_012] {
        let query = Query { which: Which::Number { probe: probe(), number }, limit: 1 };
        assert_eq!(store.query(&query).expect("reads"), []);
    }
    let of_time = |after, until_ns| {
        let which = Which::Time { probe: probe(), after, until_ns };
        let found = store.query(&Query { which, limit: 3 }).expect("reads");
        found.iter().map(|stored| stored.sequence).collect::<Vec<_>>()
    };
    // Each was taken at ten times its sequence.
    let after = |time_ns, position| Moment { time_ns, position };
    assert_eq!(of_time(after(5_000, 0), 5_020), [500, 501]);
    assert_eq!(of_time(after(5_000, 500), 6_000), [501, 502, 503]);
    assert_eq!(of_time(after(20_000, 0), u64::MAX >> 1), [0; 0]);
    let shares = store.shares(probe()).expect("reads");
    let shares: Vec<u64> = shares.values().map(|tally| tally.stored).collect();
    assert_eq!(shares, [1_011]);
}

#[test]
fn a_second_hub_in_the_same_folder_is_refused() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let (_store, _) = open(temp.path());
    let error = DiskStore::open(temp.path(), KEEP).err().expect("refused");
    assert!(error.message.contains("another hub"), "{error}");
}

#[test]
fn duplicates_are_dropped_in_a_batch_between_batches_and_after_a_restart() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let (store, _) = open(temp.path());
    let batch = [incoming(1, 1), incoming(1, 2), incoming(1, 1), incoming(2, 1)];
    let outcomes = store.put_batch(&batch).expect("stored");
    assert!(matches!(outcomes[2], Outcome::Duplicate));
    assert!(matches!(outcomes[3], Outcome::Stored(_)));
    // One that was skipped before comes late: it is no duplicate.
    put(&store, 5..=5);
    assert!(matches!(put(&store, 4..=4)[0], Outcome::Stored(_)));
    assert!(put(&store, 1..=2).iter().all(|outcome| *outcome == Outcome::Duplicate));
    drop(store);
    let (store, _) = open(temp.path());
    assert!(put(&store, 4..=5).iter().all(|outcome| *outcome == Outcome::Duplicate));
    assert_eq!(all(&store).len(), 5);
}

#[test]
fn beyond_the_limit_captures_are_surplus_and_counted_once() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let (store, _) = open(temp.path());
    let limited = |instance, sequence| Incoming { limit: Some(3), ..incoming(instance, sequence) };
    let batch: Vec<_> = [(1, 1), (2, 1), (1, 2), (2, 2), (1, 3)].map(|(i, s)| limited(i, s)).into();
    let outcomes = store.put_batch(&batch).expect("stored");
    let is_surplus = |outcome: &Outcome| matches!(outcome, Outcome::Surplus(_));
    assert!(outcomes[3..].iter().all(is_surplus), "{outcomes:?}");
    assert_eq!(store.put_batch(&batch[3..]).expect("stored"), vec![Outcome::Duplicate; 2]);
    drop(store);
    let (store, _) = open(temp.path());
    assert_eq!(store.tallies().expect("reads")[&probe()], Tally { stored: 3, surplus: 2 });
    // Counted before the hub was restarted, they are not counted again.
    assert_eq!(store.put_batch(&batch[3..]).expect("stored"), vec![Outcome::Duplicate; 2]);
    assert!(is_surplus(&store.put_batch(&[limited(1, 9)]).expect("stored")[0]));
    let shares: Vec<_> = store.shares(probe()).expect("reads").into_values().collect();
    let [first, second] = [(2, 2), (1, 1)].map(|(stored, surplus)| Tally { stored, surplus });
    assert_eq!(shares, [first, second]);
    assert_eq!(store.held(InstanceId([1; 16]), &[1, 3, 9, 10]).expect("reads"), [1, 3, 9]);
}

#[test]
fn a_torn_tail_is_cut_and_reported() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let (store, _) = open(temp.path());
    put(&store, 1..=10);
    let whole = path(&temp.path().join("segments"), 1).metadata().expect("there").len();
    put(&store, 11..=20);
    drop(store);
    let file = path(&temp.path().join("segments"), 1);
    let full = std::fs::read(&file).expect("reads");
    for cut in [whole + 1, whole + 15, whole + 16, whole + 100, full.len() as u64 - 1] {
        // The index is older than the segment, as after a power cut.
        for ending in ["index.db", "index.db-wal", "index.db-shm"] {
            let _ = std::fs::remove_file(temp.path().join(ending));
        }
        std::fs::write(&file, &full[..cut as usize]).expect("cut");
        let (store, recovery) = open(temp.path());
        assert_eq!(recovery.cut_bytes, cut - whole);
        assert_eq!(recovery.lines.len(), 1, "{recovery:?}");
        assert_eq!(all(&store).len(), 10);
        // Room where the torn tail was is used again, and whole after one more start.
        put(&store, 11..=12);
        drop(store);
        let (store, recovery) = open(temp.path());
        assert_eq!((recovery.cut_bytes, all(&store).len()), (0, 12));
    }
}

#[test]
fn a_damaged_or_missing_index_is_made_again() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let (store, _) = open(temp.path());
    put(&store, 1..=400);
    let before = all(&store);
    drop(store);
    assert!(!temp.path().join("index.db-wal").exists(), "closing empties the log");
    std::fs::write(temp.path().join("index.db"), b"this is no database at all").expect("written");
    let (store, recovery) = open(temp.path());
    assert_eq!((recovery.reindexed, recovery.lines.len()), (400, 1));
    assert_eq!(all(&store), before);
    assert_eq!(store.tallies().expect("reads")[&probe()].stored, 400);
    drop(store);
    let other = rusqlite::Connection::open(temp.path().join("index.db")).expect("opens");
    other.pragma_update(None, "user_version", 99).expect("written");
    drop(other);
    let (store, recovery) = open(temp.path());
    assert_eq!(recovery.reindexed, 400);
    assert!(recovery.lines[0].contains("version 99"), "{:?}", recovery.lines);
    assert_eq!(all(&store), before);
}

#[test]
fn retention_deletes_whole_segments_oldest_first() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let keep = Retention { age_ns: u64::MAX / 4, bytes: 160 << 10 };
    let (store, _) = DiskStore::open(temp.path(), keep).expect("opens");
    for first in (1..400).step_by(10) {
        put(&store, first..=first + 9);
    }
    let deleted = store.retain(clock::wall_ns(), keep).expect("deleted");
    assert!(deleted >= 5, "{deleted}");
    let left = all(&store);
    assert!(left.len() > 100 && left.len() < 300, "{}", left.len());
    assert_eq!(left.last().map(|stored| stored.number), Some(400));
    drop(store);
    let (store, recovery) = open(temp.path());
    assert_eq!((recovery, all(&store)), (Recovery::default(), left));
    let Outcome::Stored(next) = put(&store, 401..=401).remove(0) else { panic!("not stored") };
    assert_eq!(next.number, 401);
    // Everything is too old: even the segment that was open goes.
    let short = Retention { age_ns: 0, bytes: u64::MAX };
    store.retain(clock::wall_ns() + 1, short).expect("deleted");
    assert_eq!(all(&store), []);
    assert!(matches!(put(&store, 402..=402)[0], Outcome::Stored(_)));
}

/// Not a test by itself: the process that the two tests below start, and one of them kills.
#[test]
fn child_that_writes() {
    let Some(folder) = std::env::var_os(CHILD) else { return };
    let (store, recovery) = open(Path::new(&folder));
    println!("cut {}", recovery.cut_bytes);
    let first = store.index_highest(InstanceId([1; 16])) + 1;
    for sequence in (first..).step_by(7) {
        let batch: Vec<_> = (sequence..sequence + 7).map(|number| incoming(1, number)).collect();
        match store.put_batch(&batch) {
            Ok(_) => println!("stored {}", sequence + 6),
            Err(error) => {
                println!("{} {error}", if error.full { "full" } else { "failed" });
                return;
            }
        }
    }
}

impl DiskStore {
    fn index_highest(&self, instance: InstanceId) -> u64 {
        held(&self.reader).highest(instance).expect("reads")
    }
}

fn child(folder: &Path, shell: &str) -> std::process::Child {
    Command::new("sh")
        .args(["-c", &format!("{shell} exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().expect("known"))
        .args(["--exact", "--nocapture", "store::disk::tests::child_that_writes"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts")
}

#[test]
fn what_was_answered_survives_kill_9() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let mut answered = 0;
    for round in 1..=8_u64 {
        let mut child = child(temp.path(), "");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let mut heard = 0;
        for line in output.lines().map_while(std::result::Result::ok) {
            if let Some(number) = line.strip_prefix("stored ") {
                answered = number.parse().expect("a number");
                heard += 1;
            }
            if heard == round * 3 {
                // After this, lines that are still in the pipe say what was stored before the end.
                let _ = child.kill();
            }
        }
        child.wait().expect("ended");
        let (store, _) = open(temp.path());
        let sequences: Vec<_> = all(&store).iter().map(|stored| stored.sequence).collect();
        let expected: Vec<_> = (1..=sequences.len() as u64).collect();
        assert_eq!(sequences, expected, "each once, in order");
        assert!(sequences.len() as u64 >= answered, "{} < {answered}", sequences.len());
    }
}

#[test]
fn a_full_disk_is_said_and_loses_nothing_answered() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    // No file may grow beyond 300 blocks of 512 bytes.
    let mut child = child(temp.path(), "trap '' XFSZ; ulimit -f 300;");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let (mut answered, mut said) = (0_u64, None);
    for line in output.lines().map_while(std::result::Result::ok) {
        if let Some(number) = line.strip_prefix("stored ") {
            answered = number.parse().expect("a number");
        } else if line.starts_with("full ") || line.starts_with("failed ") {
            said = Some(line);
        }
    }
    child.wait().expect("ended");
    let said = said.expect("an error");
    assert!(
        said.starts_with("full no room left") && said.contains("nothing acknowledged"),
        "{said}"
    );
    assert!(answered > 7, "{answered}");
    let (store, _) = open(temp.path());
    assert_eq!(all(&store).len() as u64, answered);
    // With room again, writing goes on.
    put(&store, answered + 1..=answered + 50);
    assert_eq!(all(&store).len() as u64, answered + 50);
}
