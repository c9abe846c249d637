//! A whole stream: header, records, end.
//!
//! Knows what each record is about. Invariant: a snapshot that comes out has a stack, is redacted, and
//! says where something is missing; everything else is an error.

use super::redact;
use super::values::Values;
use crate::capture::plan::Plan;
use crate::capture::shared::SharedNames;
use crate::capture::stream;
use crate::condition::{FAILURE_BYTES, Failure};
use crate::error::Result;
use crate::ids::ProbeId;
use crate::limits::LOG_LINE_BYTES;
use crate::probe::ProbeKind;
use crate::redaction::{REDACTED, Redaction};
use crate::snapshot::{Frame, Node, ObjectNode, Snapshot, Thread, Variable, Watch};
use crate::value::Kind;

/// Bytes of a stream that are read: the ceiling of a snapshot and as much again for a log line.
const MAX_BYTES: usize = 128 << 10;

/// Reads a stream. The snapshot's `sequence` is 0 and its `notes` are about this capture only: the
/// shipper adds both. A failed watch is a stable word; [`read_planned`] finds better ones.
pub fn read(bytes: &[u8], redaction: &Redaction, names: &SharedNames) -> Result<Snapshot> {
    Records::new(bytes, redaction, names, None).read()
}

/// Reads a stream that was written by `plan`, whose watches explain their own failures.
pub fn read_planned(bytes: &[u8], plan: &Plan) -> Result<Snapshot> {
    read_with_origins(bytes, plan, &|_, _, _| {})
}

/// Makes of a frame, its column and its depth the frame as it was written.
pub type Origin<'a> = &'a dyn Fn(&mut Frame, u32, usize);

/// The same of a runtime whose code may be made of other files: `origin` is given each frame that has a
/// column.
pub fn read_with_origins(bytes: &[u8], plan: &Plan, origin: Origin<'_>) -> Result<Snapshot> {
    let mut records = Records::new(bytes, &plan.redaction, SharedNames::of_process(), Some(plan));
    records.origin = Some(origin);
    records.read()
}

/// Bytes below its limit that a cut line may stay: a character that did not fit and the mark.
const CUT_MARK_BYTES: usize = 8;

/// An object that nobody sees.
const DROPPED: ObjectNode = ObjectNode {
    ordinal: 0,
    kind: Kind::Instance,
    type_name: String::new(),
    len: None,
    children: Vec::new(),
    missing: None,
};

/// Where a HEAD stands.
enum Root {
    Watch(usize),
    Local(usize),
}

struct Records<'a> {
    values: Values<'a>,
    plan: Option<&'a Plan>,
    /// HEADs without their children so far, by ordinal.
    heads: Vec<(u32, Root)>,
    too_long: bool,
    origin: Option<Origin<'a>>,
}

impl<'a> Records<'a> {
    fn new(
        bytes: &'a [u8],
        redaction: &'a Redaction,
        names: &'a SharedNames,
        plan: Option<&'a Plan>,
    ) -> Self {
        let values = Values::new(bytes, redaction, names);
        let too_long = bytes.len() > MAX_BYTES;
        Self { values, plan, heads: Vec::new(), too_long, origin: None }
    }

    fn read(mut self) -> Result<Snapshot> {
        if self.too_long {
            return Err(self.values.cursor.fault("it is longer than any capture"));
        }
        let mut snapshot = self.header()?;
        loop {
            let tag = self.values.cursor.byte()?;
            if tag == stream::END {
                break;
            }
            self.record(tag, &mut snapshot)?;
        }
        if !self.values.cursor.is_at_end() {
            return Err(self.values.cursor.fault("something follows its end"));
        }
        if snapshot.stack.is_empty() {
            return Err(self.values.cursor.fault("it names no frame"));
        }
        redact::values(&mut snapshot, self.values.opened(), self.values.redaction);
        Ok(snapshot)
    }

    fn header(&mut self) -> Result<Snapshot> {
        let cursor = &mut self.values.cursor;
        if cursor.byte()? != stream::VERSION {
            return Err(cursor.fault("its version is unknown"));
        }
        let kind = match cursor.byte()? {
            0 => ProbeKind::Snap,
            1 => ProbeKind::Log,
            _ => return Err(cursor.fault("its kind is unknown")),
        };
        cursor.take(6)?;
        let probe = ProbeId::from_bits(u64::from_le_bytes(cursor.array()?))?;
        let revision = u32::from_le_bytes(cursor.array()?);
        cursor.take(4)?;
        let mut word = || cursor.array().map(u64::from_le_bytes);
        let (number, time_ns, monotonic_ns, took_ns, id) =
            (word()?, word()?, word()?, word()?, word()?);
        let trace: [u8; 16] = cursor.array()?;
        let trace_id = (trace != [0; 16]).then(|| format!("{:032x}", u128::from_be_bytes(trace)));
        Ok(Snapshot {
            probe,
            revision,
            kind,
            sequence: 0,
            number,
            time_ns,
            monotonic_ns,
            took_ns,
            thread: Thread { id, name: String::new() },
            trace_id,
            stack: Vec::new(),
            more_frames: 0,
            more_frames_at_least: false,
            locals: Vec::new(),
            watches: Vec::new(),
            message: None,
            notes: Vec::new(),
        })
    }

    fn record(&mut self, tag: u8, snapshot: &mut Snapshot) -> Result<()> {
        match tag {
            stream::THREAD => {
                snapshot.thread.name = self.values.cursor.tagged_text()?.text;
                self.values.redaction.scrub(&mut snapshot.thread.name);
            }
            stream::FRAME => snapshot.stack.push(self.frame()?),
            stream::FRAME_AT => {
                let mut frame = self.frame()?;
                let column = u32::try_from(self.values.cursor.varint()?).unwrap_or(0);
                if let Some(origin) = self.origin.filter(|_| column > 0) {
                    origin(&mut frame, column, snapshot.stack.len());
                }
                snapshot.stack.push(frame);
            }
            stream::MORE_FRAMES | stream::AT_LEAST_FRAMES => {
                let more = self.values.cursor.varint()?;
                snapshot.more_frames = u32::try_from(more).unwrap_or(u32::MAX);
                snapshot.more_frames_at_least = tag == stream::AT_LEAST_FRAMES;
            }
            stream::WATCH | stream::FAILED | stream::FAILED_CODE => {
                let watch = self.watch(tag, snapshot.watches.len())?;
                snapshot.watches.push(watch);
            }
            stream::LOCAL => {
                let local = self.local(snapshot.locals.len())?;
                snapshot.locals.push(local);
            }
            stream::MORE_LOCALS | stream::MORE_WATCHES => {
                let more = self.values.cursor.varint()?;
                let what = if tag == stream::MORE_LOCALS { "variables" } else { "watches" };
                let reason = self.values.reason()?.word();
                snapshot.notes.push(format!("{more} more {what} left out: {reason}"));
            }
            stream::CHILDREN => self.children(snapshot)?,
            stream::MESSAGE => {
                let len = u32::from_le_bytes(self.values.cursor.array()?);
                let line = self.values.cursor.take(len as usize)?;
                let mut line = String::from_utf8_lossy(line).into_owned();
                let redaction = self.values.redaction;
                redaction.scrub_line(&mut line);
                // A line this long was cut, perhaps within a secret.
                if line.len() + CUT_MARK_BYTES >= LOG_LINE_BYTES
                    && redaction.value(line.as_bytes(), true)
                {
                    REDACTED.clone_into(&mut line);
                }
                snapshot.message = Some(line);
            }
            _ => return Err(self.values.cursor.fault("a record is unknown")),
        }
        Ok(())
    }

    fn frame(&mut self) -> Result<Frame> {
        let (file, _) = self.values.name()?;
        let (function, _) = self.values.name()?;
        let line = self.values.cursor.varint()?;
        Ok(Frame { file, function, line: u32::try_from(line).unwrap_or(0) })
    }

    fn watch(&mut self, tag: u8, index: usize) -> Result<Watch> {
        let expression = self.values.cursor.tagged_text()?.text;
        let value = match tag {
            stream::WATCH => Ok(self.root(Root::Watch(index))?),
            stream::FAILED => {
                let mut message = self.values.cursor.tagged_text()?.text;
                self.values.redaction.scrub_line(&mut message);
                Err(message)
            }
            _ => Err(self.failure()?),
        };
        Ok(Watch { expression, value })
    }

    fn failure(&mut self) -> Result<String> {
        let index = self.values.cursor.count()?;
        let bytes: [u8; FAILURE_BYTES] = self.values.cursor.array()?;
        let failure = Failure::from_bytes(&bytes);
        let failure = failure.ok_or_else(|| self.values.cursor.fault("a failure is unknown"))?;
        let watch = self.plan.and_then(|plan| plan.watches.get(index));
        Ok(match watch {
            Some(watch) => watch.program.explain(&failure),
            None => failure.kind().word().to_owned(),
        })
    }

    fn local(&mut self, index: usize) -> Result<Variable> {
        let (name, redacted) = self.values.name()?;
        let value = self.root(Root::Local(index))?;
        Ok(Variable { name, value: if redacted { redact::REDACTED } else { value } })
    }

    fn root(&mut self, root: Root) -> Result<Node> {
        let is_head = self.values.cursor.peek()? == stream::HEAD;
        let node = self.values.value(0, true)?;
        if let (true, Node::Object(object)) = (is_head, &node) {
            self.heads.push((object.ordinal, root));
        }
        Ok(node)
    }

    fn children(&mut self, snapshot: &mut Snapshot) -> Result<()> {
        let ordinal = self.values.cursor.varint()?;
        let at = self.heads.iter().position(|(head, _)| u64::from(*head) == ordinal);
        let Some(at) = at else {
            return Err(self.values.cursor.fault("children belong to no object"));
        };
        let node = match self.heads.swap_remove(at).1 {
            Root::Watch(index) => {
                snapshot.watches.get_mut(index).and_then(|w| w.value.as_mut().ok())
            }
            Root::Local(index) => snapshot.locals.get_mut(index).map(|local| &mut local.value),
        };
        let mut dropped = Node::Object(Box::new(DROPPED));
        // The children of a redacted variable are read past.
        let node = node.filter(|node| matches!(node, Node::Object(_))).unwrap_or(&mut dropped);
        if let Node::Object(object) = node {
            object.missing = None;
            self.values.children(object, 1)?;
        }
        Ok(())
    }
}
