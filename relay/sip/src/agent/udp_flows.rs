//! UDP flows to proxies are kept alive, and made anew when they have failed (RFC 5626 §4.4.2).

use super::UserAgent;
use super::keep_alive::PING;
use crate::line::Line;
use crate::random::At;
use crate::schedule::Alarm;
use crate::stun::{Answer, TransactionId, binding_request};
use crate::transport::Path;
use crate::udp_flow::Fate;
use crate::{FlowId, Kind, Transport};
use std::net::SocketAddr;
use std::time::Duration;

/// The shortest part of the usual interval, in percent: 24 s of 29 s (RFC 5626 §4.4).
const SHORTEST_USUAL: u32 = 83;
/// The shortest part of what the proxy's Flow-Timer asks for, in percent (RFC 5626 §4.4).
const SHORTEST_ASKED: u32 = 80;

fn path_to(remote: SocketAddr) -> Path {
    Path { flow: FlowId::UDP, remote, transport: Transport::Udp }
}

impl UserAgent {
    /// Plans the next sign of life to a proxy, unless one is planned already for another line behind it.
    pub(super) fn plan_udp_keep_alive(&mut self, at: &mut At<'_>, proxy: SocketAddr) {
        let asked = self.lines_over(proxy).filter_map(|line| line.registration.flow_timer).min();
        let pause = match asked {
            Some(asked) => at.part_of(asked, SHORTEST_ASKED),
            None => at.part_of(self.net.settings.keep_alive_udp, SHORTEST_USUAL),
        };
        self.udp_flows.entry(proxy).or_default();
        self.net.schedule.set_once(Alarm::UdpFlow(proxy), at.now + pause);
    }

    /// The lines that are registered over the flow to a proxy.
    fn lines_over(&self, proxy: SocketAddr) -> impl Iterator<Item = &Line> {
        let of_proxy = |line: &&Line| line.config.kind == Kind::Proxy;
        self.lines
            .values()
            .filter(of_proxy)
            .filter(move |line| line.registration.path == Some(path_to(proxy)))
    }

    pub(super) fn on_udp_flow_alarm(&mut self, at: &mut At<'_>, proxy: SocketAddr) {
        let first = self.net.settings.timers.t1;
        let Some(flow) = self.udp_flows.get_mut(&proxy) else { return };
        if !flow.is_asked() {
            return self.keep_udp_flow_alive(at, proxy);
        }
        match flow.ask_again(first) {
            Some((id, wait)) => self.send_binding_request(at, proxy, id, wait),
            None => {
                let fate = flow.silence();
                self.settle_udp_flow(at, proxy, fate);
            }
        }
    }

    fn keep_udp_flow_alive(&mut self, at: &mut At<'_>, proxy: SocketAddr) {
        let needed = self.lines_over(proxy).next().is_some();
        // A proxy that has said 439 knows nothing of RFC 5626.
        let hopeless = self.lines_over(proxy).all(|line| line.registration.no_outbound);
        if !needed {
            self.udp_flows.remove(&proxy);
            return;
        }
        let Some(flow) = self.udp_flows.get_mut(&proxy) else { return };
        if hopeless || !flow.speaks_stun() {
            self.reply(at, path_to(proxy), PING.to_vec());
            return self.plan_udp_keep_alive(at, proxy);
        }
        let words = [at.rng.next_u32(), at.rng.next_u32(), at.rng.next_u32()];
        let mut id = [0; 12];
        for (bytes, word) in id.chunks_mut(4).zip(words) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        let wait = self.net.settings.timers.t1;
        flow.ask(TransactionId(id), wait);
        self.send_binding_request(at, proxy, TransactionId(id), wait);
    }

    fn send_binding_request(&mut self, at: &At<'_>, proxy: SocketAddr, id: TransactionId, wait: Duration) {
        self.reply(at, path_to(proxy), binding_request(id));
        self.net.schedule.set(Alarm::UdpFlow(proxy), at.now + wait);
    }

    /// STUN came over the SIP socket. What is no answer to what we have asked is of no concern.
    pub(super) fn on_stun(&mut self, at: &mut At<'_>, remote: SocketAddr, datagram: &[u8]) {
        let Some(answer) = Answer::parse(datagram) else { return };
        let fate = self.udp_flows.get_mut(&remote).and_then(|flow| flow.answer(&answer));
        if let Some(fate) = fate {
            self.net.schedule.cancel(Alarm::UdpFlow(remote));
            self.settle_udp_flow(at, remote, fate);
        }
    }

    fn settle_udp_flow(&mut self, at: &mut At<'_>, proxy: SocketAddr, fate: Fate) {
        match fate {
            Fate::Alive => self.plan_udp_keep_alive(at, proxy),
            Fate::Failed => {
                self.udp_flows.remove(&proxy);
                let failed = path_to(proxy);
                self.register_again_after_loss(at, |line| {
                    line.config.kind == Kind::Proxy && line.registration.path == Some(failed)
                });
            }
        }
    }
}
