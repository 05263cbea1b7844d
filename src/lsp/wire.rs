//! Messages on the wire: a header with a length, and JSON (Language Server Protocol, "Base
//! Protocol").

use std::io::{self, BufRead, Read as _};

use lsp_server::Message;

/// The largest message that is taken: a text of 4 MiB of which every character is escaped.
const MAX_BYTES: u64 = 64 << 20;

/// What comes in.
#[derive(Debug)]
pub enum Incoming {
    /// A message.
    Message(Message),
    /// A message that is none, and why.
    Malformed(String),
}

/// Reads the next message; `None` at the end.
///
/// # Errors
/// When nobody can say where the next message begins.
pub fn read(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut length: Option<u64> = None;
    let mut is_first = true;
    loop {
        let mut line = Vec::new();
        // No header is longer: without a bound, one could fill the memory.
        input.take(8 << 10).read_until(b'\n', &mut line)?;
        if line.is_empty() && is_first {
            return Ok(None);
        }
        is_first = false;
        let Some(line) = line.strip_suffix(b"\n") else {
            return Err(invalid("a header is not ended"));
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        let line = String::from_utf8_lossy(line);
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
    }
    let length = length.ok_or_else(|| invalid("a message has no `Content-Length`"))?;
    if length > MAX_BYTES {
        io::copy(&mut input.take(length), &mut io::sink())?;
        return Ok(Some(Incoming::Malformed(format!("a message of {} MiB", length >> 20))));
    }
    let mut content = Vec::new();
    if input.take(length).read_to_end(&mut content)? as u64 != length {
        return Err(invalid("a message is not whole"));
    }
    // Not what it says: it holds texts of people.
    Ok(Some(match serde_json::from_slice(&content) {
        Ok(message) => Incoming::Message(message),
        Err(error) if error.is_data() => Incoming::Malformed("no message of JSON-RPC".to_owned()),
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            Incoming::Malformed(format!("no JSON, at line {line}, column {column}"))
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        loop {
            match read(&mut bytes) {
                Ok(Some(Incoming::Message(Message::Notification(it)))) => found.push(it.method),
                Ok(Some(other)) => found.push(format!("{other:?}")),
                Ok(None) => return found,
                Err(error) => {
                    found.push(error.to_string());
                    return found;
                }
            }
        }
    }

    #[test]
    fn what_is_no_message_is_passed_over() {
        let message = "{\"jsonrpc\":\"2.0\",\"method\":\"exit\"}";
        let wire = format!(
            "Content-Length: 3\r\n\r\n{{a}}content-type: x\r\ncontent-length:{}\r\n\r\n{message}Content-Length: 2\n\n[]",
            message.len()
        );
        assert_eq!(
            all(wire.as_bytes()),
            [
                "Malformed(\"no JSON, at line 1, column 2\")",
                "exit",
                "Malformed(\"no message of JSON-RPC\")"
            ]
        );
    }

    #[test]
    fn without_a_length_nothing_more_can_be_read() {
        assert_eq!(all(b"X: 1\r\n\r\n{}"), ["a message has no `Content-Length`"]);
        assert_eq!(all(b"Content-Length: 9\r\n\r\n{}"), ["a message is not whole"]);
        assert_eq!(all(b"Content-Length: 9"), ["a header is not ended"]);
    }
}
