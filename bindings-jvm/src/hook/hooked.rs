//! What stands behind the number that probed code hands over: which agent, which site, what to write.
//!
//! Knows the layout that the bridge's writer reads its constants in (`java/java/stillframe/Writer.java`)
//! and nothing of values. Invariant: what a number stands for never changes, so a hit that comes late
//! finds its own site, whose probe says *removed*.

use crate::agent::JvmAgent;
use crate::frame::Plan;
use std::sync::{Arc, LazyLock};
use stillframe_classfile::Placed;
use stillframe_core::capture::shared::{self, SharedNames};
use stillframe_core::capture::stream;
use stillframe_core::error::Result;
use stillframe_core::limits::{CaptureLimits, WATCH_STRING_BYTES};
use stillframe_core::registry::{Action, Site, SiteTable};

/// Bytes of a name in the constants.
const NAME_BYTES: usize = 1_024;

static HOOKED: LazyLock<SiteTable<Hooked>> = LazyLock::new(SiteTable::default);

/// One hook.
pub(crate) struct Hooked {
    /// Whose it is.
    pub(crate) agent: Arc<JvmAgent>,
    /// The core's number of the site.
    pub(crate) site: u32,
    /// What its programs read.
    pub(crate) plan: Plan,
    /// What the writer needs to know, at an address that stays.
    constants: Box<[u64]>,
}

impl Hooked {
    /// Whether its site times.
    pub(super) fn is_timed(&self) -> bool {
        let site = self.agent.site(self.site);
        site.is_some_and(|site| matches!(site.action, Action::Time { .. }))
    }

    /// Where the writer's constants begin.
    pub(crate) fn constants(&self) -> usize {
        self.constants.as_ptr() as usize
    }
}

/// The hook with this number. Two loads.
pub(crate) fn hooked(token: u32) -> Option<&'static Hooked> {
    HOOKED.get(token)
}

/// Gives the core's site `site` a number for probed code to hand over.
pub(super) fn add(agent: &Arc<JvmAgent>, site: u32, plan: Plan, placed: &Placed) -> Result<u32> {
    let names: Vec<&str> = placed.locals.iter().map(|local| local.name.as_str()).collect();
    let constants = agent.site(site).map_or_else(Box::default, |site| constants(site, &names));
    HOOKED.add(|_| Hooked { agent: Arc::clone(agent), site, plan, constants })
}

/// The constants of a site whose variables have these names.
fn constants(site: &Site, names: &[&str]) -> Box<[u64]> {
    let CaptureLimits { depth, items, fields, string_bytes, .. } = site.plan.limits;
    let count = u32::try_from(names.len()).unwrap_or(0);
    let watch_bytes = string_bytes.max(WATCH_STRING_BYTES);
    let head = [depth, items, fields, string_bytes, watch_bytes, count, 0, 0];
    let mut bytes = Vec::new();
    head.iter().for_each(|word| bytes.extend_from_slice(&word.to_le_bytes()));
    let places = bytes.len();
    bytes.resize(places + 4 * names.len(), 0);
    for (ordinal, name) in names.iter().enumerate() {
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        let at = u32::try_from(bytes.len()).unwrap_or(0);
        bytes[places + 4 * ordinal..places + 4 * ordinal + 4].copy_from_slice(&at.to_le_bytes());
        let text = text(name);
        let len = u32::try_from(text.len()).unwrap_or(0);
        bytes.extend_from_slice(&len.to_le_bytes());
        bytes.push(u8::from(site.plan.redaction.name(name)));
        let number = SharedNames::of_process().number(name).map_or([0; 3], shared::varint);
        bytes.extend_from_slice(&number);
        bytes.extend_from_slice(&text);
        bytes.resize(bytes.len() + text.len().next_multiple_of(16) - text.len(), 0);
    }
    let words = bytes.chunks_exact(8);
    words.map(|word| u64::from_le_bytes(word.try_into().unwrap_or_default())).collect()
}

/// A name as the stream has texts.
fn text(name: &str) -> Vec<u8> {
    let name = &name[..name.floor_char_boundary(NAME_BYTES)];
    let mut bytes = vec![stream::TEXT + stream::encoding::UTF8];
    let mut len = name.len();
    while len >= 0x80 {
        bytes.push((len & 0x7f) as u8 | 0x80);
        len >>= 7;
    }
    bytes.push(len as u8);
    bytes.extend_from_slice(name.as_bytes());
    bytes
}
