//! Just enough HTTP to speak to the control plane of the simulator.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// No request of the control plane takes longer: a machine that is booted gets 90 s from its
/// systemd to stop in.
const DEADLINE: Duration = Duration::from_mins(3);

/// Sends one request and returns the JSON of the answer. An error is the answer's text.
pub(crate) fn request(
    server: SocketAddr,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, String> {
    let (status, text) = exchange(server, method, path, body)
        .map_err(|error| format!("{method} {path}: {error}"))?;
    if status != 200 {
        return Err(format!("{method} {path}: {text}"));
    }
    serde_json::from_str(&text).map_err(|error| format!("{method} {path}: {error}: {text}"))
}

fn exchange(
    server: SocketAddr,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<(u16, String), Box<dyn std::error::Error>> {
    let mut connection = TcpStream::connect_timeout(&server, DEADLINE)?;
    connection.set_read_timeout(Some(DEADLINE))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let length = body.len();
    write!(
        connection,
        "{method} {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    connection
        .read_to_string(&mut answer)
        .map_err(|error| match error.kind() {
            ErrorKind::WouldBlock => format!("no answer within {} s", DEADLINE.as_secs()).into(),
            _ => Box::<dyn std::error::Error>::from(error),
        })?;
    let (head, text) = answer
        .split_once("\r\n\r\n")
        .ok_or("the answer has no end of headers")?;
    let status = head
        .split(' ')
        .nth(1)
        .ok_or("the answer has no status")?
        .parse()?;
    Ok((status, text.to_owned()))
}
