//! From bytes that nobody vouches for to snapshots.
//!
//! Knows no connections: an error closes the one it came from. Invariant: never panics, never follows
//! an index unchecked, and makes at most a fixed multiple of the bytes it was given.

use super::Batch;
use super::generated as fb;
use super::nodes;
use super::pack::{MAX_BATCH_BYTES, MAX_BATCH_SNAPSHOTS};
use crate::error::{Error, ErrorKind, Result};
use crate::ids::{InstanceId, ProbeId};
use crate::probe::ProbeKind;
use crate::snapshot::{
    ChildNode, Frame, Node, ObjectNode, Reason, Snapshot, Thread, Variable, Watch,
};
use crate::value::Kind;
use flatbuffers::VerifierOptions;

/// Bytes that repeated names of a snapshot may expand to; further ones are given as `…`. A capture
/// whose names are of usual length stays a hundred times below it.
const EXPANDED_NAME_BYTES: usize = 1 << 20;

/// Bytes of the root's offset and the identifier.
const SMALLEST_BATCH: usize = 8;

/// Decodes a batch.
pub fn decode_batch(bytes: &[u8]) -> Result<Batch> {
    if bytes.len() > MAX_BATCH_BYTES {
        return Err(fault("it is over 8 MiB"));
    }
    let options = VerifierOptions {
        max_depth: 8,
        max_tables: 2 + MAX_BATCH_SNAPSHOTS,
        max_apparent_size: 2 * MAX_BATCH_BYTES,
        ignore_missing_null_terminator: false,
    };
    // The library asserts the length of what it looks for an identifier in.
    if bytes.len() < SMALLEST_BATCH || !fb::envelope_buffer_has_identifier(bytes) {
        return Err(fault("it is no envelope"));
    }
    let envelope = fb::root_as_envelope_with_opts(&options, bytes);
    let envelope = envelope.map_err(|error| fault(&error.to_string()))?;
    let process = envelope.process().ok_or_else(|| fault("it names no instance"))?;
    let bits = u128::from(process.high()) << 64 | u128::from(process.low());
    let batch = envelope.payload_as_snapshot_batch();
    let batch = batch.ok_or_else(|| fault("its payload is unknown"))?;
    let snapshots = batch.snapshots().ok_or_else(|| fault("it holds no snapshots"))?;
    if snapshots.len() > MAX_BATCH_SNAPSHOTS {
        return Err(fault("it holds more than 64 snapshots"));
    }
    let snapshots = snapshots.iter().map(|table| Reader::new(table)?.read());
    Ok(Batch {
        instance: InstanceId(bits.to_be_bytes()),
        snapshots: snapshots.collect::<Result<_>>()?,
    })
}

/// Decodes what [`encode_snapshot`](super::encode_snapshot) made.
pub fn decode_snapshot(bytes: &[u8]) -> Result<Snapshot> {
    let mut snapshots = decode_batch(bytes)?.snapshots;
    match (snapshots.pop(), snapshots.is_empty()) {
        (Some(snapshot), true) => Ok(snapshot),
        _ => Err(fault("it does not hold one snapshot")),
    }
}

fn fault(what: &str) -> Error {
    Error::new(ErrorKind::Wire, format!("a batch is malformed: {what}"))
}

/// The arrays of one snapshot, and how far they are read.
struct Reader<'a> {
    table: fb::Snapshot<'a>,
    kinds: &'a [u8],
    names: flatbuffers::Vector<'a, u16>,
    nums: flatbuffers::Vector<'a, u64>,
    lens: flatbuffers::Vector<'a, u32>,
    blob: &'a [u8],
    texts: Vec<&'a str>,
    at: usize,
    objects: usize,
    name_bytes_left: usize,
}

impl<'a> Reader<'a> {
    fn new(table: fb::Snapshot<'a>) -> Result<Self> {
        let absent = || fault("an array is absent");
        let kinds = table.kinds().ok_or_else(absent)?.bytes();
        let names = table.names().ok_or_else(absent)?;
        let nums = table.nums().ok_or_else(absent)?;
        let lens = table.lens().ok_or_else(absent)?;
        if [names.len(), nums.len(), lens.len()] != [kinds.len(); 3] {
            return Err(fault("its arrays differ in length"));
        }
        let mut names_blob = table.names_blob().ok_or_else(absent)?.bytes();
        let mut texts = Vec::new();
        for len in table.name_lens().ok_or_else(absent)? {
            let (name, rest) = names_blob
                .split_at_checked(usize::from(len))
                .ok_or_else(|| fault("a name ends beyond its blob"))?;
            texts.push(std::str::from_utf8(name).map_err(|_| fault("a name is not UTF-8"))?);
            names_blob = rest;
        }
        let blob = table.blob().ok_or_else(absent)?.bytes();
        let name_bytes_left = EXPANDED_NAME_BYTES;
        Ok(Self {
            table,
            kinds,
            names,
            nums,
            lens,
            blob,
            texts,
            at: 0,
            objects: 0,
            name_bytes_left,
        })
    }

    fn read(mut self) -> Result<Snapshot> {
        let table = self.table;
        let stack = self.stack()?;
        let (watches, locals) = self.roots()?;
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let trace_id = table.trace_id().map(str::to_owned);
        if trace_id.as_ref().is_some_and(|id| id.parse::<InstanceId>().is_err()) {
            return Err(fault("a trace id is not 32 hexadecimal digits"));
        }
        Ok(Snapshot {
            probe: ProbeId::from_bits(table.probe())?,
            revision: table.revision(),
            kind: match table.kind() {
                0 => ProbeKind::Snap,
                1 => ProbeKind::Log,
                _ => return Err(fault("a kind of capture is unknown")),
            },
            sequence: table.sequence(),
            number: table.number(),
            time_ns: table.time_ns(),
            monotonic_ns: table.monotonic_ns(),
            took_ns: table.took_ns(),
            thread: Thread { id: table.thread_id(), name: text(table.thread_name()) },
            trace_id,
            stack,
            more_frames: table.more_frames(),
            more_frames_at_least: table.more_frames_at_least(),
            locals,
            watches,
            message: table.message().map(str::to_owned),
            notes: table.notes().into_iter().flatten().map(str::to_owned).collect(),
        })
    }

    fn stack(&mut self) -> Result<Vec<Frame>> {
        let table = self.table;
        let absent = || fault("an array of the stack is absent");
        let files = table.frame_files().ok_or_else(absent)?;
        let functions = table.frame_functions().ok_or_else(absent)?;
        let lines = table.frame_lines().ok_or_else(absent)?;
        if files.is_empty() || [functions.len(), lines.len()] != [files.len(); 2] {
            return Err(fault("its stack is empty or its arrays differ in length"));
        }
        let rows = files.iter().zip(functions).zip(lines);
        rows.map(|((file, function), line)| {
            Ok(Frame { file: self.text(file)?, function: self.text(function)?, line })
        })
        .collect()
    }

    fn roots(&mut self) -> Result<(Vec<Watch>, Vec<Variable>)> {
        let (mut watches, mut locals) = (Vec::new(), Vec::new());
        while let Some((kind, name, _, len)) = self.next() {
            match kind {
                nodes::LOCAL => {
                    let name = self.text(name)?;
                    locals.push(Variable { name, value: self.node(0)? });
                }
                nodes::WATCH => {
                    let expression = self.text(name)?;
                    watches.push(Watch { expression, value: Ok(self.node(0)?) });
                }
                nodes::FAILED_WATCH => {
                    let expression = self.text(name)?;
                    watches.push(Watch { expression, value: Err(self.blob_text(len)?) });
                }
                _ if (nodes::LOCAL..nodes::RECORDS_END).contains(&kind) => {
                    self.blob(len)?;
                }
                _ => return Err(fault("a value stands under no name")),
            }
        }
        Ok((watches, locals))
    }

    /// Kind, name, number and length of the next node.
    fn next(&mut self) -> Option<(u8, u16, u64, usize)> {
        let at = self.at;
        let kind = *self.kinds.get(at)?;
        self.at += 1;
        Some((kind, self.names.get(at), self.nums.get(at), self.lens.get(at) as usize))
    }

    fn text(&mut self, number: u16) -> Result<String> {
        let text = self.texts.get(usize::from(number));
        let text = *text.ok_or_else(|| fault("a name is not there"))?;
        Ok(match self.name_bytes_left.checked_sub(text.len()) {
            Some(left) => {
                self.name_bytes_left = left;
                text.to_owned()
            }
            None => "…".to_owned(),
        })
    }

    fn blob(&mut self, len: usize) -> Result<&'a [u8]> {
        let (taken, rest) =
            self.blob.split_at_checked(len).ok_or_else(|| fault("a text ends beyond its blob"))?;
        self.blob = rest;
        Ok(taken)
    }

    fn blob_text(&mut self, len: usize) -> Result<String> {
        let text = std::str::from_utf8(self.blob(len)?);
        Ok(text.map_err(|_| fault("a text is not UTF-8"))?.to_owned())
    }

    fn node(&mut self, level: u32) -> Result<Node> {
        let next = self.next().ok_or_else(|| fault("a value is absent"))?;
        self.node_of(next, level)
    }

    fn node_of(&mut self, next: (u8, u16, u64, usize), level: u32) -> Result<Node> {
        let (kind, name, num, len) = next;
        let reason = |num| u8::try_from(num).ok().and_then(Reason::from_number);
        Ok(match kind {
            nodes::NULL => Node::Null,
            nodes::UNDEFINED => Node::Undefined,
            nodes::BOOL => Node::Bool(num != 0),
            nodes::INT => Node::Int(num.cast_signed()),
            nodes::FLOAT => Node::Float(f64::from_bits(num)),
            nodes::BIG_INT => Node::BigInt(self.blob_text(len)?),
            nodes::TEXT => Node::Text { text: self.blob_text(len)?, cut_from: num.checked_sub(1) },
            nodes::BYTES => {
                Node::Bytes { bytes: self.blob(len)?.to_vec(), cut_from: num.checked_sub(1) }
            }
            nodes::REF => {
                Node::Ref(u32::try_from(num).map_err(|_| fault("a reference is beyond 32 bits"))?)
            }
            nodes::MISSING => Node::Missing(reason(num).unwrap_or(Reason::Unreadable)),
            _ if kind < nodes::FIELD => {
                self.blob(len)?;
                Node::Missing(Reason::Unreadable)
            }
            nodes::OBJECT.. => {
                let kind = Kind::from_number(kind - nodes::OBJECT).unwrap_or(Kind::Instance);
                let type_name = self.text(name)?;
                self.object(kind, type_name, num.checked_sub(1), len, level)?
            }
            _ => return Err(fault("a value is expected")),
        })
    }

    fn object(
        &mut self,
        kind: Kind,
        type_name: String,
        len: Option<u64>,
        taken: usize,
        level: u32,
    ) -> Result<Node> {
        if level > nodes::MAX_NESTING {
            return Err(fault("values nest too deep"));
        }
        let at = self.objects;
        self.objects += 1;
        let ordinals = self.table.object_ordinals().filter(|ordinals| at < ordinals.len());
        let missing = self.table.object_missing().filter(|missing| at < missing.len());
        let (Some(ordinals), Some(missing)) = (ordinals, missing) else {
            return Err(fault("an object has no ordinal"));
        };
        let missing = match missing.get(at) {
            0 => None,
            number => Some(Reason::from_number(number).unwrap_or(Reason::Unreadable)),
        };
        // Each child is a node at least, so that no more is reserved than is there.
        let mut children = Vec::with_capacity(taken.min(self.kinds.len() - self.at));
        for _ in 0..taken {
            children.push(self.child(level + 1)?);
        }
        let ordinal = ordinals.get(at);
        Ok(Node::Object(Box::new(ObjectNode { ordinal, kind, type_name, len, children, missing })))
    }

    fn child(&mut self, level: u32) -> Result<ChildNode> {
        let next = self.next().ok_or_else(|| fault("a child is absent"))?;
        Ok(match next.0 {
            nodes::FIELD => {
                let name = self.text(next.1)?;
                ChildNode::Field(name, self.node(level)?)
            }
            nodes::ENTRY => ChildNode::Entry(self.node(level)?, self.node(level)?),
            _ => ChildNode::Item(self.node_of(next, level)?),
        })
    }
}
