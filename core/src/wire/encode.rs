//! From snapshots to FlatBuffers, as parallel arrays.
//!
//! Knows no sockets. Invariant: what is encoded decodes equal, up to names longer than any capture
//! writes.

use super::generated as fb;
use super::nodes;
use super::pack::{MAX_BATCH_BYTES, MAX_BATCH_SNAPSHOTS, pack};
use super::{Batch, SCHEMA};
use crate::ids::InstanceId;
use crate::probe::ProbeKind;
use crate::snapshot::{ChildNode, Node, ObjectNode, Snapshot};
use flatbuffers::{FlatBufferBuilder, WIPOffset};
use std::collections::HashMap;

/// Encodes a batch, uncompressed.
pub fn encode_batch(batch: &Batch) -> Vec<u8> {
    envelope(batch.instance, &batch.snapshots)
}

/// Encodes one snapshot alone, uncompressed: what a store keeps.
pub fn encode_snapshot(snapshot: &Snapshot) -> Vec<u8> {
    envelope(InstanceId([0; 16]), std::slice::from_ref(snapshot))
}

/// Snapshots as compressed frames, each within what a reader accepts, in order.
pub fn frames(instance: InstanceId, snapshots: &[Snapshot]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    for chunk in snapshots.chunks(MAX_BATCH_SNAPSHOTS) {
        let encoded = envelope(instance, chunk);
        if encoded.len() > MAX_BATCH_BYTES && chunk.len() > 1 {
            let (front, back) = chunk.split_at(chunk.len() / 2);
            frames.extend(self::frames(instance, front));
            frames.extend(self::frames(instance, back));
        } else {
            frames.push(pack(&encoded));
        }
    }
    frames
}

fn envelope(instance: InstanceId, snapshots: &[Snapshot]) -> Vec<u8> {
    let mut builder = FlatBufferBuilder::with_capacity(4 << 10);
    let snapshots: Vec<_> =
        snapshots.iter().map(|snapshot| encode(&mut builder, snapshot)).collect();
    let snapshots = Some(builder.create_vector(&snapshots));
    let batch = fb::SnapshotBatch::create(&mut builder, &fb::SnapshotBatchArgs { snapshots });
    let bits = u128::from_be_bytes(instance.0);
    let process = fb::Instance::new((bits >> 64) as u64, bits as u64);
    let envelope = fb::EnvelopeArgs {
        schema: SCHEMA,
        process: Some(&process),
        payload_type: fb::Payload::SnapshotBatch,
        payload: Some(batch.as_union_value()),
    };
    let envelope = fb::Envelope::create(&mut builder, &envelope);
    fb::finish_envelope_buffer(&mut builder, envelope);
    builder.finished_data().to_vec()
}

/// The arrays of one snapshot.
#[derive(Default)]
struct Arrays<'a> {
    kinds: Vec<u8>,
    names: Vec<u16>,
    nums: Vec<u64>,
    lens: Vec<u32>,
    object_ordinals: Vec<u32>,
    object_missing: Vec<u8>,
    known_names: HashMap<&'a str, u16>,
    name_lens: Vec<u16>,
    names_blob: Vec<u8>,
    blob: Vec<u8>,
}

fn encode<'b>(
    builder: &mut FlatBufferBuilder<'b>,
    snapshot: &Snapshot,
) -> WIPOffset<fb::Snapshot<'b>> {
    let mut arrays = Arrays::default();
    arrays.name("");
    let files: Vec<u16> = snapshot.stack.iter().map(|frame| arrays.name(&frame.file)).collect();
    let functions: Vec<u16> =
        snapshot.stack.iter().map(|frame| arrays.name(&frame.function)).collect();
    let lines: Vec<u32> = snapshot.stack.iter().map(|frame| frame.line).collect();
    arrays.roots(snapshot);
    let notes: Vec<_> = snapshot.notes.iter().map(|note| builder.create_string(note)).collect();
    let args = fb::SnapshotArgs {
        probe: snapshot.probe.to_bits(),
        revision: snapshot.revision,
        kind: u8::from(snapshot.kind == ProbeKind::Log),
        sequence: snapshot.sequence,
        number: snapshot.number,
        time_ns: snapshot.time_ns,
        monotonic_ns: snapshot.monotonic_ns,
        took_ns: snapshot.took_ns,
        thread_id: snapshot.thread.id,
        thread_name: Some(builder.create_string(&snapshot.thread.name)),
        trace_id: snapshot.trace_id.as_ref().map(|trace| builder.create_string(trace)),
        frame_files: Some(builder.create_vector(&files)),
        frame_functions: Some(builder.create_vector(&functions)),
        frame_lines: Some(builder.create_vector(&lines)),
        more_frames: snapshot.more_frames,
        more_frames_at_least: snapshot.more_frames_at_least,
        message: snapshot.message.as_ref().map(|message| builder.create_string(message)),
        notes: Some(builder.create_vector(&notes)),
        kinds: Some(builder.create_vector(&arrays.kinds)),
        names: Some(builder.create_vector(&arrays.names)),
        nums: Some(builder.create_vector(&arrays.nums)),
        lens: Some(builder.create_vector(&arrays.lens)),
        object_ordinals: Some(builder.create_vector(&arrays.object_ordinals)),
        object_missing: Some(builder.create_vector(&arrays.object_missing)),
        name_lens: Some(builder.create_vector(&arrays.name_lens)),
        names_blob: Some(builder.create_vector(&arrays.names_blob)),
        blob: Some(builder.create_vector(&arrays.blob)),
    };
    fb::Snapshot::create(builder, &args)
}

impl<'a> Arrays<'a> {
    /// The number of a name. Beyond 65,535 different ones, which no capture has room for, it is 0.
    fn name(&mut self, name: &'a str) -> u16 {
        let name = &name[..name.floor_char_boundary(nodes::MAX_NAME_BYTES)];
        if let Some(number) = self.known_names.get(name) {
            return *number;
        }
        let Ok(number) = u16::try_from(self.name_lens.len()) else { return 0 };
        self.known_names.insert(name, number);
        self.name_lens.push(u16::try_from(name.len()).unwrap_or(0));
        self.names_blob.extend_from_slice(name.as_bytes());
        number
    }

    fn push(&mut self, kind: u8, name: u16, num: u64, len: usize) {
        self.kinds.push(kind);
        self.names.push(name);
        self.nums.push(num);
        self.lens.push(u32::try_from(len).unwrap_or(u32::MAX));
    }

    fn push_bytes(&mut self, kind: u8, name: u16, num: u64, bytes: &[u8]) {
        self.push(kind, name, num, bytes.len());
        self.blob.extend_from_slice(bytes);
    }

    fn roots(&mut self, snapshot: &'a Snapshot) {
        for watch in &snapshot.watches {
            let name = self.name(&watch.expression);
            match &watch.value {
                Ok(node) => {
                    self.push(nodes::WATCH, name, 0, 0);
                    self.node(node);
                }
                Err(message) => self.push_bytes(nodes::FAILED_WATCH, name, 0, message.as_bytes()),
            }
        }
        for local in &snapshot.locals {
            let name = self.name(&local.name);
            self.push(nodes::LOCAL, name, 0, 0);
            self.node(&local.value);
        }
    }

    fn node(&mut self, node: &'a Node) {
        let cut = |from: &Option<u64>| from.map_or(0, |all| all.saturating_add(1));
        match node {
            Node::Null => self.push(nodes::NULL, 0, 0, 0),
            Node::Undefined => self.push(nodes::UNDEFINED, 0, 0, 0),
            Node::Bool(value) => self.push(nodes::BOOL, 0, u64::from(*value), 0),
            Node::Int(value) => self.push(nodes::INT, 0, value.cast_unsigned(), 0),
            Node::Float(value) => self.push(nodes::FLOAT, 0, value.to_bits(), 0),
            Node::BigInt(text) => self.push_bytes(nodes::BIG_INT, 0, 0, text.as_bytes()),
            Node::Text { text, cut_from } => {
                self.push_bytes(nodes::TEXT, 0, cut(cut_from), text.as_bytes());
            }
            Node::Bytes { bytes, cut_from } => {
                self.push_bytes(nodes::BYTES, 0, cut(cut_from), bytes);
            }
            Node::Ref(ordinal) => self.push(nodes::REF, 0, u64::from(*ordinal), 0),
            Node::Missing(reason) => self.push(nodes::MISSING, 0, *reason as u64, 0),
            Node::Object(object) => self.object(object),
        }
    }

    fn object(&mut self, object: &'a ObjectNode) {
        let name = self.name(&object.type_name);
        let len = object.len.map_or(0, |len| len.saturating_add(1));
        self.push(nodes::OBJECT + object.kind as u8, name, len, object.children.len());
        self.object_ordinals.push(object.ordinal);
        self.object_missing.push(object.missing.map_or(0, |reason| reason as u8));
        for child in &object.children {
            match child {
                ChildNode::Item(node) => self.node(node),
                ChildNode::Field(name, node) => {
                    let name = self.name(name);
                    self.push(nodes::FIELD, name, 0, 0);
                    self.node(node);
                }
                ChildNode::Entry(key, value) => {
                    self.push(nodes::ENTRY, 0, 0, 0);
                    self.node(key);
                    self.node(value);
                }
            }
        }
    }
}
