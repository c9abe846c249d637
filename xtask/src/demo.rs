//! Being laid.
use crate::Result;
pub(crate) fn run(_once: bool, _json: bool) -> Result<()> {
    Err("the demo comes with the command".to_owned())
}
