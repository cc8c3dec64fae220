//! `lab pbx`: the demo's telephone system.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use anyhow::{Context as _, ensure};
use clap::Args;
use sidetone_lab::pbx::control::{Control, http};
use sidetone_lab::pbx::{Extension, Pbx, Settings};
use tokio::net::TcpListener;

use super::{Stop, print};

#[derive(Debug, Args)]
pub(crate) struct PbxArguments {
    /// Where to speak SIP, by UDP and TCP.
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = Settings::default().listen)]
    listen: SocketAddr,
    /// The address to tell others, where it is not the one listened on.
    #[arg(long, value_name = "ADDRESS")]
    advertise: Option<IpAddr>,
    /// Who may register, once for each; 1001 to 1003 with the passwords demo-1001 to demo-1003 by default.
    #[arg(long = "extension", value_name = "NUMBER:PASSWORD", value_parser = extension)]
    extensions: Vec<Extension>,
    /// Where to receive media.
    #[arg(long, value_name = "FIRST-LAST", default_value = "24000-24999", value_parser = ports)]
    rtp_ports: RangeInclusive<u16>,
    /// What 601 plays.
    #[arg(long, value_name = "HZ", default_value_t = 440, value_parser = clap::value_parser!(u16).range(50..=3_800))]
    tone: u16,
    /// Let programs tell the PBX what to do with calls, by HTTP here.
    #[arg(long, value_name = "ADDRESS:PORT")]
    control: Option<SocketAddr>,
}

fn extension(text: &str) -> Result<Extension, String> {
    match text.split_once(':') {
        Some((number, password)) if !number.is_empty() && !password.is_empty() => {
            Ok(Extension { number: number.to_owned(), password: password.to_owned() })
        }
        _ => Err("expected a number, a colon and a password, such as 1001:secret".to_owned()),
    }
}

pub(super) fn ports(text: &str) -> Result<RangeInclusive<u16>, String> {
    let ports =
        text.split_once('-').and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    match ports {
        Some((first, last)) if first < last => Ok(first..=last),
        _ => Err("expected two ports from 1 to 65535, the smaller first, such as 24000-24999".to_owned()),
    }
}

pub(crate) async fn run(arguments: PbxArguments) -> anyhow::Result<()> {
    let mut settings = Settings {
        listen: arguments.listen,
        advertise: arguments.advertise,
        rtp_ports: arguments.rtp_ports,
        tone_hz: arguments.tone.into(),
        controlled: arguments.control.is_some(),
        ..Settings::default()
    };
    if !arguments.extensions.is_empty() {
        settings.extensions = arguments.extensions;
    }
    for (index, extension) in settings.extensions.iter().enumerate() {
        let known = settings.extensions[..index].iter().any(|other| other.number == extension.number);
        ensure!(!known, "extension {} is given twice", extension.number);
    }
    let numbers: Vec<_> = settings.extensions.iter().map(|extension| extension.number.as_str()).collect();
    let numbers = numbers.join(", ");

    // Caught from before the ready line on, since whoever reads it may stop us right away.
    let mut stop = Stop::new()?;
    let pbx = Pbx::start(settings).await?;
    let control = match (arguments.control, pbx.control()) {
        (Some(address), Some(control)) => Some(serve_control(address, control).await?),
        (Some(_) | None, Some(_) | None) => None,
    };
    print(&format!(
        "PBX ready on {} (UDP and TCP): extensions {numbers}; 600 echo, 601 tone, 602 keys, 603 call back, \
         605 busy, 606 no answer, 607 early media, 608 conference{}",
        pbx.address(),
        control.map(|address| format!("; control on http://{address}")).unwrap_or_default()
    ))?;
    stop.wanted().await;
    pbx.shutdown().await;
    Ok(())
}

/// Serves the control interface, and says where.
pub(super) async fn serve_control(address: SocketAddr, control: Control) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, http::router(control)).await {
            tracing::warn!(%error, "the control interface has ended");
        }
    });
    Ok(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_may_hold_a_colon() {
        let Extension { number, password } = extension("1001:a:b").unwrap();
        assert_eq!((number.as_str(), password.as_str()), ("1001", "a:b"));
    }
}
