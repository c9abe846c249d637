//! Accepting connections: each with an end, however slow or silent the other side is.
//!
//! Knows sockets, TLS and HTTP's time limits, no route. Invariants: a connection that has not asked
//! for anything is gone after the time for a request, one that does not take what it is sent after
//! [`STALL`], and none of them keeps another from being accepted.

use crate::api::types::Code;
use crate::figures::Figures;
use crate::guests::Guests;
use crate::log;
use crate::reach::Ends;
use crate::tls::Tls;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{Sleep, sleep, timeout};

/// For the other end to take what is sent to it.
const STALL: Duration = Duration::from_secs(30);
/// Connections that are being told at the same time that their address has too many.
const MAX_REFUSING: usize = 64;
/// For such a one to hear it.
const REFUSAL: Duration = Duration::from_secs(1);
/// Bytes of a request's head.
const MAX_HEAD_BYTES: usize = 32 << 10;
/// Headers of a request.
const MAX_HEADERS: usize = 64;
/// After an error that more attempts at once would only repeat, such as too many open files.
const AGAIN: Duration = Duration::from_millis(200);

/// The hub's socket.
pub(crate) struct Listening {
    pub listener: TcpListener,
    pub tls: Option<Arc<Tls>>,
    /// For a TLS handshake, and again for the head of each request.
    pub request_time: Duration,
    /// How many connections there may be; more wait to be accepted.
    pub room: Arc<Semaphore>,
    /// How many there are.
    pub open: Arc<AtomicUsize>,
    /// Who is there, by address.
    pub guests: Arc<Guests>,
    pub figures: Arc<Figures>,
    /// Ends the accepting.
    pub stopping: watch::Receiver<bool>,
}

impl Listening {
    /// Serves until told to stop, then until the last request is answered.
    pub(crate) async fn serve(mut self, router: Router) {
        let (alive, mut ended) = mpsc::channel::<()>(1);
        let refusing = Arc::new(Semaphore::new(MAX_REFUSING));
        while let Some((stream, remote)) = self.accept().await {
            let Some(seat) = self.guests.enter(remote.ip()) else {
                self.refuse(stream, remote, &refusing);
                continue;
            };
            let Ok(permit) = Arc::clone(&self.room).acquire_owned().await else { break };
            let open = Open::new(&self.open);
            let (alive, stopping) = (alive.clone(), self.stopping.clone());
            let (router, tls, most) = (router.clone(), self.tls.clone(), self.request_time);
            tokio::spawn(async move {
                // Its end is the other side's business: it is told nothing it could not know.
                let router = router.layer(Extension(Arc::new(seat)));
                let _ = connection(stream, remote, (tls, most), router, stopping).await;
                drop((permit, open, alive));
            });
        }
        drop((self.listener, alive));
        // Nothing is ever sent: it ends when the last connection has let go of its end.
        let _ = ended.recv().await;
    }

    /// Tells an address that has as many connections as it may. Where too many are being told already
    /// the connection just ends.
    fn refuse(&self, stream: TcpStream, remote: SocketAddr, refusing: &Arc<Semaphore>) {
        self.figures.refused(Code::Busy);
        let address = remote.ip().to_canonical();
        log::warn(&format!(
            "connections from {address} are refused: too many are open that have shown no token"
        ));
        let Ok(permit) = Arc::clone(refusing).try_acquire_owned() else { return };
        let tls = self.tls.clone();
        tokio::spawn(async move {
            // Who does not listen is not told.
            let _ = timeout(REFUSAL, say_that_it_is_busy(stream, tls)).await;
            drop(permit);
        });
    }

    /// The next connection; `None` when the hub stops.
    async fn accept(&mut self) -> Option<(TcpStream, SocketAddr)> {
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                // An error means that the sender is gone, which is a stop too.
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
            };
            match accepted {
                Ok(accepted) => return Some(accepted),
                Err(error) if is_of_that_one(&error) => {}
                Err(error) => {
                    log::warn(&format!("no connection can be accepted for now: {error}"));
                    sleep(AGAIN).await;
                }
            }
        }
    }
}

/// Whether the connection went while it waited; the next may be well.
fn is_of_that_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Counts a connection while it lives.
struct Open(Arc<AtomicUsize>);

impl Open {
    fn new(count: &Arc<AtomicUsize>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn connection(
    mut stream: TcpStream,
    remote: SocketAddr,
    (tls, most): (Option<Arc<Tls>>, Duration),
    router: Router,
    stopping: watch::Receiver<bool>,
) -> io::Result<()> {
    let ends = Ends { remote, local: stream.local_addr()? };
    stream.set_nodelay(true)?;
    let Some(tls) = tls else {
        return http(stream, (ends, most), router, stopping).await;
    };
    if timeout(most, is_plain(&stream)).await?? {
        return timeout(most, say_that_tls_is_spoken(&mut stream)).await?;
    }
    let stream = timeout(most, tls.acceptor().accept(stream)).await??;
    http(stream, (ends, most), router, stopping).await
}

/// Whether the other side speaks HTTP without TLS: its first byte is a letter.
async fn is_plain(stream: &TcpStream) -> io::Result<bool> {
    let mut first = [0];
    Ok(stream.peek(&mut first).await? == 1 && first[0].is_ascii_uppercase())
}

async fn say_that_tls_is_spoken(stream: &mut TcpStream) -> io::Result<()> {
    const BODY: &str = r#"{"error":{"code":"bad_request","message":"this hub speaks TLS","next":"write https:// in its address"}}"#;
    say(stream, "400 Bad Request", BODY).await
}

async fn say_that_it_is_busy(mut stream: TcpStream, tls: Option<Arc<Tls>>) -> io::Result<()> {
    const STATUS: &str = "503 Service Unavailable\r\nRetry-After: 1";
    const BODY: &str = r#"{"error":{"code":"busy","message":"your address has as many connections open without a token as one may","next":"try again in a moment"}}"#;
    match tls {
        Some(tls) if !is_plain(&stream).await? => {
            let mut stream = tls.acceptor().accept(stream).await?;
            say(&mut stream, STATUS, BODY).await?;
            hear_out(&mut stream).await
        }
        _ => {
            say(&mut stream, STATUS, BODY).await?;
            hear_out(&mut stream).await
        }
    }
}

/// Reads what the other side still says: closed before, it may lose what it was told.
async fn hear_out<S: AsyncRead + Unpin>(stream: &mut S) -> io::Result<()> {
    let mut rest = [0; 1 << 10];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

/// An answer to whatever was asked.
async fn say<S: AsyncWrite + Unpin>(stream: &mut S, status: &str, body: &str) -> io::Result<()> {
    let len = body.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len}\r\n\
         Connection: close\r\n\r\n{body}"
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}

async fn http<S>(
    stream: S,
    (ends, most): (Ends, Duration),
    router: Router,
    mut stopping: watch::Receiver<bool>,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = TowerToHyperService::new(router.layer(Extension(ends)));
    let io = TokioIo::new(Patient { stream, stalled: None });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(most)
        .max_buf_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(io, service)
        .with_upgrades();
    let mut connection = pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return ended.map_err(io::Error::other),
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    connection.await.map_err(io::Error::other)
}

/// A stream whose other end has to take what it is sent within [`STALL`].
struct Patient<S> {
    stream: S,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    /// Passes on what became of a write, unless nothing has moved for too long.
    fn bounded<T>(&mut self, cx: &mut Context, moved: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if moved.is_ready() {
            self.stalled = None;
            return moved;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(STALL)));
        match stalled.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context,
        buffer: &mut ReadBuf,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let moved = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.bounded(cx, moved)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context,
        slices: &[io::IoSlice],
    ) -> Poll<io::Result<usize>> {
        let moved = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.bounded(cx, moved)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context) -> Poll<io::Result<()>> {
        let moved = Pin::new(&mut self.stream).poll_flush(cx);
        self.bounded(cx, moved)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context) -> Poll<io::Result<()>> {
        let moved = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.bounded(cx, moved)
    }
}
