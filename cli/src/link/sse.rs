//! Server-sent events, read from bytes as they come.
//!
//! Knows the format, no event of ours. Invariant: an event is handed out only when it is complete,
//! and no peer makes this side hold more than [`MAX_EVENT_BYTES`].

use std::io::{self, BufRead, Read};

/// Bytes of one event. A snapshot is at most 64 KiB before it becomes JSON, which escapes and names.
pub(crate) const MAX_EVENT_BYTES: usize = 4 << 20;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// `event:`.
    pub(crate) event: String,
    /// `data:`, its lines joined.
    pub(crate) data: String,
    /// `id:` as of this event.
    pub(crate) id: Option<String>,
}

/// Reads events.
pub(crate) struct Reader<R> {
    source: R,
    last_id: Option<String>,
}

impl<R: BufRead> Reader<R> {
    /// A reader of `source`.
    pub(crate) fn new(source: R) -> Self {
        Self { source, last_id: None }
    }

    /// The next event; nothing at the end of the stream.
    pub(crate) fn next(&mut self) -> io::Result<Option<Message>> {
        let mut message = Message::default();
        let mut lines = 0;
        let mut bytes = 0;
        loop {
            let Some(line) = self.line()? else { return Ok(None) };
            bytes += line.len();
            if bytes > MAX_EVENT_BYTES {
                return Err(too_long());
            }
            if line.is_empty() {
                if lines == 0 {
                    message = Message::default();
                    continue;
                }
                message.id.clone_from(&self.last_id);
                return Ok(Some(message));
            }
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut message.event),
                "data" => {
                    if lines > 0 {
                        message.data.push('\n');
                    }
                    message.data.push_str(value);
                    lines += 1;
                }
                "id" if !value.contains('\0') => self.last_id = Some(value.to_owned()),
                // A line that begins with a colon keeps the connection alive; others are not ours.
                _ => {}
            }
        }
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        let most = MAX_EVENT_BYTES as u64 + 2;
        if (&mut self.source).take(most).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        if line.pop_if(|byte| *byte == b'\n').is_none() {
            // The stream ended within a line, which is then no event, or the line is too long.
            return if line.len() < MAX_EVENT_BYTES { Ok(None) } else { Err(too_long()) };
        }
        line.pop_if(|byte| *byte == b'\r');
        let text = String::from_utf8(line);
        text.map(Some).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "not UTF-8"))
    }
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "an event is over 4 MiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<Message> {
        let mut reader = Reader::new(text.as_bytes());
        let mut messages = Vec::new();
        while let Some(message) = reader.next().expect("well-formed") {
            messages.push(message);
        }
        messages
    }

    #[test]
    fn events_come_in_order_with_the_id_that_holds() {
        let messages = all(": hello\n\nevent: snapshot\nid: 7\ndata: {\"a\":\ndata: 1}\n\n\
            event: end\r\ndata:x\r\n\r\n:\n\nevent: cut\ndata: y\n");
        let expected = |event: &str, data: &str| Message {
            event: event.into(),
            data: data.into(),
            id: Some("7".into()),
        };
        assert_eq!(messages, [expected("snapshot", "{\"a\":\n1}"), expected("end", "x")]);
    }

    #[test]
    fn what_never_ends_is_refused() {
        let endless = io::repeat(b'a').take(1 << 30);
        let mut reader = Reader::new(io::BufReader::new(endless));
        assert_eq!(reader.next().expect_err("too long").kind(), io::ErrorKind::InvalidData);
        let many = "data: 0123456789\n".repeat(MAX_EVENT_BYTES / 10);
        assert!(Reader::new(many.as_bytes()).next().is_err());
        assert!(Reader::new(&b"data: \xff\n\n"[..]).next().is_err());
    }
}
