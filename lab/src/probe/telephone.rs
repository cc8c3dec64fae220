//! A telephone that rings when it is called and answers when it is told to. It knows of SIP what one call at a time
//! needs of a called party (RFC 3261 §8.2.6, §13.3.1), and nothing stands between its socket and its clock.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use tokio::net::UdpSocket;

use crate::media::rtp::{Label, Packet};

/// More than a request or a packet of loopback has.
const DATAGRAM: usize = 8_192;
/// G.711 µ-law (RFC 3551 table 4), 20 ms of it.
const PCMU: u8 = 0;
const FRAME: u32 = 160;
/// The headers that a response copies (RFC 3261 §8.2.6.2, §12.1.1).
const COPIED: [&str; 6] = ["via", "record-route", "from", "to", "call-id", "cseq"];

pub(super) struct Telephone {
    sip: UdpSocket,
    rtp: UdpSocket,
    call: Option<Ringing>,
    label: Label,
    timestamp: u32,
}

/// The call that is on.
struct Ringing {
    id: String,
    invite: String,
    from: SocketAddr,
    /// Where the caller wants audio.
    audio: SocketAddr,
}

/// What a telephone has noticed.
pub(super) enum Happening {
    /// It is called, and rings.
    Invited(Instant),
    /// A packet of audio came.
    Heard(Instant),
    /// The other side ended the call.
    HungUp,
    /// Nothing that is new.
    Nothing,
}

impl Telephone {
    pub(super) async fn listen(address: SocketAddr) -> anyhow::Result<Self> {
        let sip = UdpSocket::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
        let rtp = UdpSocket::bind((address.ip(), 0)).await.context("a socket for audio")?;
        Ok(Self { sip, rtp, call: None, label: Label::new(0xfa, 1), timestamp: 0 })
    }

    /// Waits for what comes next. Nothing is lost if the wait is given up.
    pub(super) async fn happening(&mut self) -> anyhow::Result<Happening> {
        let (mut request, mut packet) = ([0; DATAGRAM], [0; DATAGRAM]);
        let (length, from) = tokio::select! {
            received = self.sip.recv_from(&mut request) => received?,
            received = self.rtp.recv_from(&mut packet) => {
                let (length, _) = received?;
                let heard = Packet::parse(packet.get(..length).unwrap_or_default()).is_ok();
                return Ok(if heard { Happening::Heard(Instant::now()) } else { Happening::Nothing });
            }
        };
        let now = Instant::now();
        let text =
            std::str::from_utf8(request.get(..length).unwrap_or_default()).context("a request in UTF-8")?;
        self.request(now, text, from)
    }

    fn request(&mut self, now: Instant, text: &str, from: SocketAddr) -> anyhow::Result<Happening> {
        let id = header(text, "call-id").context("a request without Call-ID")?;
        let ours = self.call.as_ref().is_some_and(|call| call.id == id);
        match text.split(' ').next().unwrap_or_default() {
            "INVITE" if !ours => {
                let audio = audio_of(text).context("an INVITE without audio")?;
                self.send(&response("180 Ringing", text, None), from)?;
                self.call = Some(Ringing { id: id.to_owned(), invite: text.to_owned(), from, audio });
                Ok(Happening::Invited(now))
            }
            "BYE" => {
                self.send(&response("200 OK", text, None), from)?;
                if !ours {
                    return Ok(Happening::Nothing);
                }
                self.call = None;
                Ok(Happening::HungUp)
            }
            "OPTIONS" => {
                self.send(&response("200 OK", text, None), from)?;
                Ok(Happening::Nothing)
            }
            // An ACK, or an INVITE that has come again and whose answer is on its way.
            _ => Ok(Happening::Nothing),
        }
    }

    /// Answers the call that rings.
    pub(super) async fn answer(&mut self) -> anyhow::Result<()> {
        let call = self.call.as_ref().context("there is no call to answer")?;
        let (ip, port) = (self.rtp.local_addr()?.ip(), self.rtp.local_addr()?.port());
        let sdp = format!(
            "v=0\r\no=probe 1 1 IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP {PCMU}\r\na=rtpmap:{PCMU} PCMU/8000\r\na=ptime:20\r\n"
        );
        let contact = self.sip.local_addr()?;
        self.send(&response("200 OK", &call.invite, Some((contact, &sdp))), call.from)
    }

    /// Sends 20 ms of nothing in particular.
    pub(super) async fn speak(&mut self) -> anyhow::Result<()> {
        let Some(call) = &self.call else { return Ok(()) };
        let packet = self.label.packet(false, PCMU, self.timestamp, vec![0x55; FRAME as usize]);
        self.timestamp = self.timestamp.wrapping_add(FRAME);
        self.rtp.send_to(&packet.to_bytes(), call.audio).await?;
        Ok(())
    }

    fn send(&self, text: &str, to: SocketAddr) -> anyhow::Result<()> {
        let sent = self.sip.try_send_to(text.as_bytes(), to)?;
        ensure!(sent == text.len(), "a response was cut short");
        Ok(())
    }
}

/// The first header of that name; compact forms are not written by whom this telephone meets.
fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    headers(text).find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn headers(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    head.lines()
        .skip(1)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim(), value.trim()))
}

/// Where a description wants its audio.
fn audio_of(text: &str) -> Option<SocketAddr> {
    let line = |start: &str| text.lines().find_map(|line| line.strip_prefix(start));
    let ip = line("c=IN IP4 ")?.trim().parse().ok()?;
    let port = line("m=audio ")?.split(' ').next()?.parse().ok()?;
    Some(SocketAddr::new(ip, port))
}

/// A response to a request, with a Contact and a description where the call is answered.
fn response(status: &str, request: &str, answer: Option<(SocketAddr, &str)>) -> String {
    let mut text = format!("SIP/2.0 {status}\r\n");
    for (name, value) in headers(request) {
        if COPIED.iter().any(|copied| name.eq_ignore_ascii_case(copied)) {
            let untagged = name.eq_ignore_ascii_case("to") && !value.contains(";tag=");
            let tag = if untagged { ";tag=probe" } else { "" };
            text.push_str(&format!("{name}: {value}{tag}\r\n"));
        }
    }
    match answer {
        Some((contact, sdp)) => text.push_str(&format!(
            "Contact: <sip:{contact}>\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
            sdp.len()
        )),
        None => text.push_str("Content-Length: 0\r\n\r\n"),
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVITE: &str = "INVITE sip:2000@127.0.0.1:5070 SIP/2.0\r\n\
        Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1\r\nMax-Forwards: 70\r\nFrom: <sip:a@x>;tag=1\r\n\
        To: <sip:2000@x>\r\nCall-ID: abc\r\nCSeq: 7 INVITE\r\nContent-Type: application/sdp\r\n\
        Content-Length: 60\r\n\r\nv=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 20100 RTP/AVP 0 101\r\n";

    #[test]
    fn a_response_copies_what_the_rfc_says_and_tags_the_callee() {
        assert_eq!(
            response("180 Ringing", INVITE, None),
            "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\n\
             To: <sip:2000@x>;tag=probe\r\nCall-ID: abc\r\nCSeq: 7 INVITE\r\nContent-Length: 0\r\n\r\n"
        );
        let tagged = INVITE.replace("To: <sip:2000@x>", "To: <sip:2000@x>;tag=mine");
        assert!(response("200 OK", &tagged, None).contains("To: <sip:2000@x>;tag=mine\r\n"));
    }

    #[test]
    fn the_callers_audio_is_where_its_description_says() {
        assert_eq!(audio_of(INVITE), Some(SocketAddr::from(([127, 0, 0, 1], 20_100))));
        assert_eq!(audio_of("INVITE sip:x SIP/2.0\r\n\r\n"), None);
    }
}
