//! Providers that Terraform reattaches to, served in this process over private sockets.
//!
//! gRPC is HTTP/2 with five bytes before each message and a status after it. Every call of the
//! protocol is one message there and one back, so [`h2`] is all that it takes.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use bytes::{BufMut, Bytes, BytesMut};
use h2::server::SendResponse;
use h2::{RecvStream, server};
use http::{HeaderMap, HeaderValue, Request, Response};
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::made_up::MadeUp;
use super::protocol::SERVICE;
use super::schema::Provider;
use super::service::{Connection, Mode, Service, Status};

pub use super::service::Options;

/// As large as Terraform itself takes them.
const MAX_MESSAGE_BYTES: usize = 256 << 20;
/// What may be under way before we have read it; a state comes at once.
const WINDOW_BYTES: u32 = 16 << 20;
const FRAME_BYTES: u32 = 1 << 20;
/// Before each message: whether it is compressed, and its length.
const PREFIX_BYTES: usize = 5;

/// Served providers. Dropped, it ends the threads and removes the sockets.
#[derive(Debug)]
pub struct Serving {
    addresses: Vec<(String, Address)>,
    mode: Arc<Mode>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Holds the sockets, for this user only.
    folder: Option<TempDir>,
}

/// Whether what a configuration says is checked beyond its types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validation {
    /// As the provider does.
    On,
    /// Not at all: in a simulation most values are made up.
    Off,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Address {
    network: &'static str,
    text: String,
}

/// Serves each provider on a socket of its own, for as long as the returned value lives.
///
/// ```
/// use stackwright::plan::schema::Provider;
/// use stackwright::plan::server::{Options, serve};
///
/// let provider = Provider { name: "hashicorp/aws".into(), ..Provider::default() };
/// let serving = serve(vec![provider], Options::default())?;
/// // What goes into the environment of `terraform`, as `TF_REATTACH_PROVIDERS`.
/// assert!(serving.reattach().contains("registry.terraform.io/hashicorp/aws"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn serve(providers: Vec<Provider>, options: Options) -> io::Result<Serving> {
    let mode = Arc::new(Mode::default());
    let options = Arc::new(options);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let sockets = Sockets::new()?;
    let mut addresses = Vec::with_capacity(providers.len());
    for (place, provider) in providers.into_iter().enumerate() {
        let name = provider.name.clone();
        let service = Arc::new(Service::new(provider, options.clone(), mode.clone()));
        addresses.push((name, sockets.listen(&runtime, place, service)?));
    }
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::Builder::new().name("provider".into()).spawn(move || {
        // An error means that the sender is gone, which is a stop as well.
        let _ = runtime.block_on(stopped);
    })?;
    Ok(Serving { addresses, mode, stop: Some(stop), thread: Some(thread), folder: sockets.folder })
}

impl Serving {
    /// The value of `TF_REATTACH_PROVIDERS`: the providers under their names in both registries.
    pub fn reattach(&self) -> String {
        let mut providers = serde_json::Map::new();
        for registry in ["registry.terraform.io", "registry.opentofu.org"] {
            for (name, address) in &self.addresses {
                // Without `Test`, Terraform ends the process whose id stands here.
                let reattach = json!({
                    "Protocol": "grpc",
                    "ProtocolVersion": 6,
                    "Pid": std::process::id(),
                    "Test": true,
                    "Addr": {"Network": address.network, "String": address.text},
                });
                providers.insert(format!("{registry}/{name}"), reattach);
            }
        }
        serde_json::Value::Object(providers).to_string()
    }

    /// What data sources have been read with that nobody knows.
    pub fn made_up(&self) -> MadeUp {
        self.mode.made_up()
    }

    /// Adds what data sources have been read with before.
    pub fn note_made_up(&self, texts: &[String]) {
        self.mode.note(texts);
    }

    /// Lets an import find what another state holds, as it is there.
    pub fn hold(&self, kind: &str, id: &str, attributes: serde_json::Value) {
        self.mode.hold(kind, id, attributes);
    }

    /// Checks configurations from now on, or no more. They are checked at first.
    pub fn set_validation(&self, validation: Validation) {
        self.mode.set_validating(validation == Validation::On);
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // An error means that the thread has ended before.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
        if let Some(folder) = self.folder.take()
            && let Err(error) = folder.close()
        {
            tracing::warn!(%error, "cannot remove the folder of the sockets");
        }
    }
}

/// Where sockets are opened.
struct Sockets {
    folder: Option<TempDir>,
}

#[cfg(unix)]
impl Sockets {
    fn new() -> io::Result<Self> {
        use std::os::unix::fs::PermissionsExt;

        // The path of a socket has 104 bytes on macOS, 108 on Linux.
        const MAX_FOLDER_BYTES: usize = 60;
        let parent = std::env::temp_dir();
        let parent = match parent.as_os_str().len() {
            0..=MAX_FOLDER_BYTES => parent,
            _ => "/tmp".into(),
        };
        sweep(&parent);
        let private = std::fs::Permissions::from_mode(0o700);
        let folder =
            tempfile::Builder::new().prefix(FOLDER).permissions(private).tempdir_in(parent)?;
        Ok(Self { folder: Some(folder) })
    }

    fn listen(
        &self,
        runtime: &Runtime,
        place: usize,
        service: Arc<Service>,
    ) -> io::Result<Address> {
        let folder = self.folder.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let path = folder.path().join(format!("{place}.sock"));
        let text = path.to_str().ok_or(io::ErrorKind::InvalidFilename)?.to_owned();
        let _runtime = runtime.enter();
        let listener = tokio::net::UnixListener::bind(path)?;
        runtime.spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => _ = tokio::spawn(connection(stream, service.clone())),
                    Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                    Err(error) => return tracing::error!(%error, "the provider's socket is gone"),
                }
            }
        });
        Ok(Address { network: "unix", text })
    }
}

#[cfg(not(unix))]
impl Sockets {
    fn new() -> io::Result<Self> {
        Ok(Self { folder: None })
    }

    fn listen(&self, runtime: &Runtime, _: usize, service: Arc<Service>) -> io::Result<Address> {
        let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let text = listener.local_addr()?.to_string();
        let _runtime = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener)?;
        runtime.spawn(async move {
            loop {
                match listener.accept().await {
                    Ok((stream, _)) => _ = tokio::spawn(connection(stream, service.clone())),
                    Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                    Err(error) => return tracing::error!(%error, "the provider's socket is gone"),
                }
            }
        });
        Ok(Address { network: "tcp", text })
    }
}

/// What the name of a folder with sockets begins with.
#[cfg(unix)]
const FOLDER: &str = "stackwright-sockets-";

/// Removes what processes that were killed have left: folders of ours whose sockets nobody listens
/// to. What cannot be read or removed is somebody else's.
#[cfg(unix)]
fn sweep(parent: &std::path::Path) {
    for folder in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        if folder.file_name().to_string_lossy().starts_with(FOLDER) && is_left(&folder) {
            let _ = std::fs::remove_dir_all(folder.path());
        }
    }
}

#[cfg(unix)]
fn is_left(folder: &std::fs::DirEntry) -> bool {
    use std::os::unix::fs::FileTypeExt;
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    // A socket that was opened a moment ago may not be listened to yet.
    const MOMENT: Duration = Duration::from_secs(60);
    let age = folder.metadata().and_then(|it| it.modified()).ok().and_then(|it| it.elapsed().ok());
    if !folder.file_type().is_ok_and(|it| it.is_dir()) || age.is_none_or(|age| age < MOMENT) {
        return false;
    }
    let Ok(sockets) = std::fs::read_dir(folder.path()) else { return false };
    let refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    sockets.flatten().all(|socket| {
        socket.file_type().is_ok_and(|it| it.is_socket())
            && UnixStream::connect(socket.path()).is_err_and(refused)
    })
}

/// Serves one connection. Terraform opens one for each provider block, so what is configured here
/// is of that block.
async fn connection(stream: impl AsyncRead + AsyncWrite + Unpin, service: Arc<Service>) {
    let handshake = server::Builder::new()
        .initial_window_size(WINDOW_BYTES)
        .initial_connection_window_size(WINDOW_BYTES)
        .max_frame_size(FRAME_BYTES)
        .handshake::<_, Bytes>(stream)
        .await;
    let Ok(mut calls) = handshake else { return };
    let connection = Arc::new(Connection::default());
    // An error is the client's end of the connection, however it came about.
    while let Some(Ok((request, respond))) = calls.accept().await {
        let (service, connection) = (service.clone(), connection.clone());
        tokio::spawn(async move {
            if let Err(error) = answer(request, respond, &service, &connection).await {
                tracing::debug!(%error, "a call was given up");
            }
        });
    }
}

async fn answer(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    service: &Service,
    connection: &Connection,
) -> Result<(), h2::Error> {
    let (head, body) = request.into_parts();
    let called = match (head.uri.path().strip_prefix(SERVICE), receive(body).await?) {
        (Some(method), Ok(message)) => service.call(connection, method, message),
        // go-plugin's own services: output, broker, controller.
        (None, _) => Err(Status::unimplemented(head.uri.path())),
        (_, Err(status)) => Err(status),
    };
    let mut response = Response::new(());
    let headers = response.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    match called {
        Ok(message) => {
            let mut stream = respond.send_response(response, false)?;
            stream.send_data(message, false)?;
            let mut trailers = HeaderMap::new();
            trailers.insert("grpc-status", HeaderValue::from_static("0"));
            stream.send_trailers(trailers)
        }
        Err(status) => {
            headers.insert("grpc-status", HeaderValue::from(status.code));
            if let Ok(message) = HeaderValue::from_str(&percent_encoded(&status.message)) {
                headers.insert("grpc-message", message);
            }
            respond.send_response(response, true).map(|_| ())
        }
    }
}

/// The one message of a call.
async fn receive(mut body: RecvStream) -> Result<Result<Bytes, Status>, h2::Error> {
    let mut received = BytesMut::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk?;
        body.flow_control().release_capacity(chunk.len())?;
        if received.len() + chunk.len() > PREFIX_BYTES + MAX_MESSAGE_BYTES {
            return Ok(Err(Status::exhausted("the message is too large")));
        }
        received.extend_from_slice(&chunk);
    }
    let received = received.freeze();
    let Some((prefix, message)) = received.split_first_chunk::<PREFIX_BYTES>() else {
        return Ok(Err(Status::invalid("the message is cut off")));
    };
    let [compressed, length @ ..] = *prefix;
    Ok(match (compressed, usize::try_from(u32::from_be_bytes(length))) {
        (0, Ok(length)) if length == message.len() => Ok(received.slice(PREFIX_BYTES..)),
        (0, _) => Err(Status::invalid("the message is not as long as it says")),
        _ => Err(Status::unimplemented("compression")),
    })
}

/// A message as it goes over the wire.
pub(super) fn framed(message: &impl prost::Message) -> Result<Bytes, Status> {
    let length = message.encoded_len();
    let prefix = u32::try_from(length).map_err(|_| Status::exhausted("the answer is too large"))?;
    let mut framed = BytesMut::with_capacity(PREFIX_BYTES + length);
    framed.put_u8(0);
    framed.put_u32(prefix);
    // The buffer grows, so there is always room.
    message.encode(&mut framed).map_err(|error| Status::invalid(error.to_string()))?;
    Ok(framed.freeze())
}

/// As gRPC wants a status message: printable ASCII.
fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b' '..=b'~' if byte != b'%' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(name: &str) -> Provider {
        Provider { name: name.into(), ..Provider::default() }
    }

    #[test]
    fn every_provider_has_a_socket_under_both_registries() {
        let providers = vec![provider("hashicorp/aws"), provider("hashicorp/random")];
        let serving = serve(providers, Options::default()).unwrap();
        let json: serde_json::Value = serde_json::from_str(&serving.reattach()).unwrap();
        let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "registry.terraform.io/hashicorp/aws",
                "registry.terraform.io/hashicorp/random",
                "registry.opentofu.org/hashicorp/aws",
                "registry.opentofu.org/hashicorp/random"
            ]
        );
        let addresses: std::collections::BTreeSet<_> = json
            .as_object()
            .unwrap()
            .values()
            .map(|provider| provider["Addr"]["String"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(addresses.len(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_socket_is_private_and_goes_with_the_serving() {
        use std::os::unix::fs::PermissionsExt;

        let serving = serve(vec![provider("hashicorp/aws")], Options::default()).unwrap();
        let socket = std::path::PathBuf::from(&serving.addresses[0].1.text);
        let folder = socket.parent().unwrap().to_path_buf();
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        let open = std::os::unix::net::UnixStream::connect(&socket).unwrap();
        drop(serving);
        assert!(!folder.exists());
        drop(open);
    }

    #[cfg(unix)]
    #[test]
    fn sockets_that_a_killed_process_left_are_swept_away() {
        use std::os::unix::net::UnixListener;
        use std::time::{Duration, SystemTime};

        let parent = TempDir::new().unwrap();
        let folder = |name: &str, age_s: u64| {
            let folder = parent.path().join(format!("{FOLDER}{name}"));
            std::fs::create_dir(&folder).unwrap();
            let listener = UnixListener::bind(folder.join("0.sock")).unwrap();
            let then = SystemTime::now() - Duration::from_secs(age_s);
            std::fs::File::open(&folder).unwrap().set_modified(then).unwrap();
            listener
        };
        drop(folder("left", 120));
        drop(folder("new", 0));
        let _listener = folder("served", 120);
        sweep(parent.path());
        let left = |name: &str| parent.path().join(format!("{FOLDER}{name}")).exists();
        assert_eq!((left("left"), left("new"), left("served")), (false, true, true));
    }

    #[test]
    fn a_status_message_is_printable() {
        assert_eq!(percent_encoded("50 % é\n"), "50 %25 %C3%A9%0A");
    }
}
