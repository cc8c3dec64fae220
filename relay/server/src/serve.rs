//! Starts everything, waits for the signal to stop, and stops it in order.

use crate::administration::Administration;
use crate::agents::Agents;
use crate::auth::{Admin, Checks, Passwords, Throttle};
use crate::certificate;
use crate::clock::Clock;
use crate::config::{self, Config, LogFormat};
use crate::dial_plans::DialPlans;
use crate::http::{self, Web};
use crate::metrics;
use crate::relay::{Input, MediaInput, Queues, Relay};
use crate::signalling::Signalling;
use crate::sip_io::{SipSockets, SipTask};
use crate::store::Store;
use crate::trace::Trace;
use anyhow::{Context, Result};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use sidetone_bridge::UserId;
use sidetone_media::{BrowserSettings, Certificate, MediaPlane, RtpSettings, Settings};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing_subscriber::EnvFilter;

/// How many happenings may wait for the event loop. It handles one in microseconds; a longer queue would only hide
/// that it stands still.
const QUEUE: usize = 4_096;
/// How long calls and registrations may take to end in an orderly way when the relay stops.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// How long browsers may take to read their last message.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// Runs the relay until it is told to stop.
///
/// # Errors
///
/// If the configuration is wrong or something the relay needs cannot be had: a port, a file, a certificate.
pub fn serve(file: &Path) -> Result<()> {
    let config = config::load(file, std::env::vars())?;
    log_to_stderr(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the threads of the relay")?;
    runtime.block_on(run(config))
}

fn log_to_stderr(config: &Config) -> Result<()> {
    let filter = EnvFilter::try_new(&config.log.level).with_context(|| {
        format!(
            "log.level: '{}' is no filter; write \"info\" or \"info,sidetone_server=debug\"",
            config.log.level
        )
    })?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log.format {
        LogFormat::Text => subscriber.with_ansi(false).init(),
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
    }
    Ok(())
}

async fn run(config: Config) -> Result<()> {
    for lines in config.keys_in_the_clear() {
        tracing::warn!(
            lines,
            "audio is to be encrypted (`media_encryption`), but whoever reads its SIP reads the keys: use `transport = \"tls\"`"
        );
    }
    let clock = Clock::start();
    let store = Store::open(&config).await?;
    let (input, happenings) = mpsc::channel(QUEUE);
    let tls = certificate::tls_config(&config.http, &config.data_dir)?;
    let listener = listen(config.http.listen)?;
    let sip = SipSockets::bind(&config.sip)?;
    let (media_input, media_inputs) = mpsc::unbounded_channel();
    let media = media(&config, media_input.clone())?;
    let users = config.users.iter().zip(0..).map(|(user, id)| (UserId(id), user));
    let passwords = Arc::new(Passwords::new(users)?);
    let ready = Arc::new(AtomicBool::new(false));

    let trace = Trace::start(&config.trace, clock);
    let sip = SipTask::start(sip, input.clone(), trace.clone())?;
    let plans = Arc::new(DialPlans::new(&config)?);
    let agents = Agents::new(&config, input.clone(), store.clone())?;
    let relay =
        Relay::new(&config, clock, sip, (media, media_input), Arc::clone(&plans), agents, store.clone())?;
    let mut relay = tokio::spawn(relay.run(Queues { inputs: happenings, media: media_inputs }));

    let signalling = Arc::new(Signalling {
        relay: input.clone(),
        passwords,
        checks: Checks::one_per_core(),
        throttle: Mutex::new(Throttle::default()),
        clock,
        heartbeat: Duration::from_millis(u64::from(config.http.heartbeat_ms)),
    });
    let admin = config.admin.as_ref().map(|admin| Admin::new(admin, clock));
    let origins = config.http.allowed_origins.clone();
    let web = Web::new(signalling, origins, Arc::clone(&ready), Administration { admin, trace, plans });
    let address = listener.local_addr().context("the HTTPS socket has no address")?;
    let handle = Handle::new();
    let server = axum_server::from_tcp_rustls(listener, RustlsConfig::from_config(tls))?
        .handle(handle.clone())
        .serve(http::router(Arc::new(web)).into_make_service_with_connect_info::<SocketAddr>());
    let mut server = tokio::spawn(server);
    if let Some(address) = config.metrics.listen {
        serve_metrics(address, input.clone()).await?;
    }

    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
    ready.store(true, Ordering::Release);
    tracing::info!(%address, users = config.users.len(), "the relay is ready");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        ended = &mut relay => {
            ended.context("the event loop has failed")?;
            anyhow::bail!("the event loop ended by itself");
        }
        ended = &mut server => {
            ended.context("the HTTPS server has failed")?.context("the HTTPS server has ended")?;
            anyhow::bail!("the HTTPS server ended by itself");
        }
    }

    ready.store(false, Ordering::Release);
    tracing::info!("the relay is stopping: calls are ended and lines are taken down");
    if input.send(Input::Stop).await.is_ok() && timeout(STOP_TIMEOUT, &mut relay).await.is_err() {
        tracing::warn!("the telephone system did not confirm the end of every call and line in time");
        relay.abort();
    }
    store.close().await;
    handle.graceful_shutdown(Some(CLOSE_TIMEOUT));
    server.await.context("the HTTPS server has failed")?.context("the HTTPS server has ended badly")?;
    tracing::info!("the relay has stopped");
    Ok(())
}

fn listen(address: SocketAddr) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; stop the program that uses the port or change `http.listen`")
    })?;
    listener.set_nonblocking(true).context("cannot prepare the HTTPS socket")?;
    Ok(listener)
}

async fn serve_metrics(address: SocketAddr, input: mpsc::Sender<Input>) -> Result<()> {
    let listener = tokio::net::TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; stop the program that uses the port or change `metrics.listen`")
    })?;
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, metrics::router(input)).await {
            tracing::error!(%error, "the metrics port has ended");
        }
    });
    Ok(())
}

fn media(config: &Config, inputs: mpsc::UnboundedSender<MediaInput>) -> Result<MediaPlane> {
    let media = &config.media;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = match media.workers {
        0 => u16::try_from(cores).unwrap_or(u16::MAX),
        workers => workers,
    };
    let advertised = match media.advertised_ips.as_slice() {
        [] => vec![media.listen_ip],
        ips => ips.to_vec(),
    };
    let settings = Settings {
        workers,
        browser: BrowserSettings {
            bind: media.listen_ip,
            port: media.browser_port,
            advertised,
            silence_timeout: Duration::from_secs(u64::from(media.browser_silence_s)),
            ..BrowserSettings::default()
        },
        rtp: RtpSettings {
            bind: config.sip.listen_ip,
            advertised: config.sip.advertised_ip.unwrap_or(config.sip.listen_ip),
            ports: media.rtp_ports.ports(),
            timeout: Duration::from_secs(u64::from(media.rtp_timeout_s)),
        },
        certificate: Certificate::generate()?,
    };
    let on_event = move |event| {
        // If the event loop is gone, so is everybody who could care.
        let _ = inputs.send(MediaInput::Event(event));
    };
    MediaPlane::start(settings, Arc::new(on_event)).context("cannot start the media workers")
}
