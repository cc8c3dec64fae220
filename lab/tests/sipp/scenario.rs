//! SIPp scenarios, put together from the steps of a telephone.

use std::fmt::Write as _;

/// A scenario in the making; each method adds a step.
#[derive(Default)]
pub(crate) struct Scenario {
    steps: String,
    /// Messages so far, received ones included: SIPp counts them so to name the branch of an earlier one.
    messages: usize,
    /// The INVITE that a CANCEL or a refusing ACK belongs to.
    invite: usize,
    cseq: u32,
}

const VIA: &str = "Via: SIP/2.0/[transport] [local_ip]:[local_port];rport;branch=";

/// Offers PCMU and telephone-events at the port given as `media`.
const DESCRIPTION: &str = "v=0\n\
    o=sipp 1 1 IN IP[local_ip_type] [local_ip]\n\
    s=-\n\
    c=IN IP[local_ip_type] [local_ip]\n\
    t=0 0\n\
    m=audio [media] RTP/AVP 0 101\n\
    a=rtpmap:0 PCMU/8000\n\
    a=rtpmap:101 telephone-event/8000\n\
    a=fmtp:101 0-15\n";

impl Scenario {
    /// REGISTER, the challenge, and REGISTER with the password.
    pub(crate) fn register(self) -> Self {
        self.request("REGISTER", "", None).expect_challenge(401).request("REGISTER", CREDENTIALS, None)
    }

    /// INVITE, the challenge, and INVITE with the password.
    pub(crate) fn invite(self) -> Self {
        self.invite_with(Some(DESCRIPTION))
    }

    /// The same, with the offer left to the other side; the answer goes into the ACK.
    pub(crate) fn invite_without_offer(self) -> Self {
        self.invite_with(None)
    }

    fn invite_with(self, body: Option<&str>) -> Self {
        self.request("INVITE", "", body)
            .expect_challenge(407)
            .ack_refusal()
            .request("INVITE", CREDENTIALS, body)
            .optional(100)
    }

    /// INVITE within the call, with another direction of the audio.
    pub(crate) fn reinvite(mut self, direction: &str) -> Self {
        self.cseq += 1;
        let (cseq, head) = (self.cseq, head("INVITE", "[branch]", "[peer_tag_param]"));
        let body = format!("{DESCRIPTION}a={direction}\n");
        self.send(&format!("{head}\nCSeq: {cseq} INVITE\n{}", content(Some(&body)))).optional(100)
    }

    /// A response must come.
    pub(crate) fn expect(self, status: u16) -> Self {
        self.receive(&format!("response=\"{status}\""), "")
    }

    /// A response must come, and its body or a header must match.
    pub(crate) fn expect_matching(self, status: u16, pattern: &str) -> Self {
        let action = format!(
            "<action><ereg regexp=\"{pattern}\" search_in=\"msg\" check_it=\"true\" assign_to=\"matched\"/></action>"
        );
        self.receive(&format!("response=\"{status}\""), &action)
    }

    /// A response may come.
    pub(crate) fn optional(self, status: u16) -> Self {
        self.receive(&format!("response=\"{status}\" optional=\"true\""), "")
    }

    /// A request must come.
    pub(crate) fn expect_request(self, method: &str) -> Self {
        let action = if method == "INVITE" { REMEMBER } else { "" };
        self.receive(&format!("request=\"{method}\" rrs=\"true\""), action)
    }

    /// A request must come, and its body or a header must match.
    pub(crate) fn expect_request_matching(self, method: &str, pattern: &str) -> Self {
        let remember = if method == "INVITE" { REMEMBER } else { "" };
        let action = format!(
            "<action><ereg regexp=\"{pattern}\" search_in=\"msg\" check_it=\"true\" assign_to=\"matched\"/></action>"
        );
        let action = format!("{remember}{action}").replace("</action><action>", "");
        self.receive(&format!("request=\"{method}\" rrs=\"true\""), &action)
    }

    /// Nothing happens for a while.
    pub(crate) fn pause(mut self, milliseconds: u32) -> Self {
        _ = writeln!(self.steps, "<pause milliseconds=\"{milliseconds}\"/>");
        self.messages += 1;
        self
    }

    /// Confirms a 200 to the INVITE.
    pub(crate) fn ack(self) -> Self {
        self.ack_with(None)
    }

    /// Confirms a 200 that carried the offer.
    pub(crate) fn ack_with_answer(self) -> Self {
        self.ack_with(Some(DESCRIPTION))
    }

    fn ack_with(self, body: Option<&str>) -> Self {
        let (cseq, head) = (self.cseq, head("ACK", "[branch]", "[peer_tag_param]"));
        self.send(&format!("{head}\nCSeq: {cseq} ACK\n{}", content(body)))
    }

    /// Confirms a refusal of the INVITE, as a part of its transaction.
    pub(crate) fn ack_refusal(self) -> Self {
        let branch = format!("[branch-{}]", self.messages - self.invite);
        let cseq = self.cseq;
        self.send(&format!(
            "{}\nCSeq: {cseq} ACK\nContent-Length: 0\n",
            head("ACK", &branch, "[peer_tag_param]")
        ))
    }

    /// Gives up the INVITE.
    pub(crate) fn cancel(self) -> Self {
        let branch = format!("[branch-{}]", self.messages - self.invite);
        let cseq = self.cseq;
        self.send(&format!("{}\nCSeq: {cseq} CANCEL\nContent-Length: 0\n", head("CANCEL", &branch, "")))
    }

    /// Hangs up.
    pub(crate) fn bye(mut self) -> Self {
        self.cseq += 1;
        let cseq = self.cseq;
        self.send(&format!(
            "{}\nCSeq: {cseq} BYE\nContent-Length: 0\n",
            head("BYE", "[branch]", "[peer_tag_param]")
        ))
        .expect(200)
    }

    /// Hangs up a call that was received: From and To change sides, and the way back is the caller's Contact.
    pub(crate) fn bye_of_callee(self) -> Self {
        self.send(&format!(
            "BYE [next_url] SIP/2.0\n{VIA}[branch]\nMax-Forwards: 70\nFrom: [$to];tag=[pid]u[call_number]\n\
             To: [$from]\n[last_Call-ID:]\nCSeq: 1 BYE\nContent-Length: 0\n"
        ))
        .expect(200)
    }

    /// Takes a CANCEL; the INVITE ends with 487.
    pub(crate) fn cancelled(self) -> Self {
        self.expect_request("CANCEL").reply("200 OK").send(REQUEST_TERMINATED).expect_request("ACK")
    }

    /// Answers the request received last.
    pub(crate) fn reply(self, status: &str) -> Self {
        self.send(&format!("SIP/2.0 {status}\n{REPLY}Content-Length: 0\n"))
    }

    /// Answers the request received last, with a header more.
    pub(crate) fn reply_with(self, status: &str, header: &str) -> Self {
        self.send(&format!("SIP/2.0 {status}\n{REPLY}{header}\nContent-Length: 0\n"))
    }

    /// Answers a request that came within a call that is not answered yet.
    pub(crate) fn reply_within(self, status: &str) -> Self {
        self.send(&format!(
            "SIP/2.0 {status}\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\nContent-Length: 0\n"
        ))
    }

    /// Answers the INVITE, though another request has come since.
    pub(crate) fn answer_late(self) -> Self {
        self.send(&format!(
            "SIP/2.0 200 OK\nVia: [$via]\nFrom: [$from]\nTo: [$to];tag=[pid]u[call_number]\n[last_Call-ID:]\n\
             CSeq: [$cseq] INVITE\nContact: <sip:[local_ip]:[local_port];transport=[transport]>\n{}",
            content(Some(DESCRIPTION))
        ))
    }

    /// Answers the INVITE received last with a description.
    pub(crate) fn reply_with_description(self, status: &str) -> Self {
        self.send(&format!("SIP/2.0 {status}\n{REPLY}{}", content(Some(DESCRIPTION))))
    }

    /// As SIPp reads it.
    pub(crate) fn to_xml(&self) -> String {
        // SIPp refuses variables that are set and not used, as well as references to those never set.
        let set = |name: &&str| self.steps.contains(&format!("assign_to=\"{name}\""));
        let variables: Vec<_> = ["matched", "via", "from", "to", "cseq"].into_iter().filter(set).collect();
        let reference = match variables.as_slice() {
            [] => String::new(),
            names => format!("<Reference variables=\"{}\"/>\n", names.join(",")),
        };
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<scenario name=\"test\">\n{}{reference}</scenario>\n",
            self.steps
        )
    }

    fn request(mut self, method: &str, credentials: &str, body: Option<&str>) -> Self {
        self.cseq += 1;
        let cseq = self.cseq;
        if method == "INVITE" {
            self.invite = self.messages;
        }
        let head = head(method, "[branch]", "");
        self.send(&format!("{head}\nCSeq: {cseq} {method}\n{credentials}Expires: 60\n{}", content(body)))
    }

    fn expect_challenge(self, status: u16) -> Self {
        self.receive(&format!("response=\"{status}\" auth=\"true\""), "")
    }

    fn receive(mut self, what: &str, action: &str) -> Self {
        _ = writeln!(self.steps, "<recv {what} timeout=\"10000\">{action}</recv>");
        self.messages += 1;
        self
    }

    fn send(mut self, message: &str) -> Self {
        // After a message that it repeats, SIPp waits for the other side; so only requests are.
        let once = message.starts_with("SIP/2.0") || message.starts_with("ACK");
        let retransmit = if once { "" } else { " retrans=\"500\"" };
        _ = writeln!(self.steps, "<send{retransmit}><![CDATA[\n\n{message}\n]]></send>");
        self.messages += 1;
        self
    }
}

/// Ends an INVITE that was cancelled.
const REQUEST_TERMINATED: &str = "SIP/2.0 487 Request Terminated\n[last_Via:]\n[last_From:]\n\
    [last_To:];tag=[pid]u[call_number]\n[last_Call-ID:]\nCSeq: [$cseq] INVITE\nContent-Length: 0\n";

/// What the end of a received call is written with.
const REMEMBER: &str = "<action>\
    <ereg regexp=\".*\" search_in=\"hdr\" header=\"Via:\" assign_to=\"via\"/>\
    <ereg regexp=\".*\" search_in=\"hdr\" header=\"From:\" assign_to=\"from\"/>\
    <ereg regexp=\".*\" search_in=\"hdr\" header=\"To:\" assign_to=\"to\"/>\
    <ereg regexp=\"[0-9]+\" search_in=\"hdr\" header=\"CSeq:\" assign_to=\"cseq\"/></action>";

/// User and password are told to SIPp by its command line.
const CREDENTIALS: &str = "[authentication]\n";

/// What every answer repeats, with a tag of ours.
const REPLY: &str = "[last_Via:]\n[last_From:]\n[last_To:];tag=[pid]u[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n\
    Contact: <sip:[local_ip]:[local_port];transport=[transport]>\n";

/// The end of a message.
fn content(body: Option<&str>) -> String {
    match body {
        Some(body) => format!("Content-Type: application/sdp\nContent-Length: [len]\n\n{body}"),
        None => "Content-Length: 0\n".to_owned(),
    }
}

fn head(method: &str, branch: &str, to: &str) -> String {
    // A telephone wants calls at its contact, but what belongs to a call of its own comes back to itself.
    let (uri, to_user, port) = match method {
        "REGISTER" => ("sip:[remote_ip]:[remote_port]", "[user]", "[contact_port]"),
        _ => ("sip:[service]@[remote_ip]:[remote_port]", "[service]", "[local_port]"),
    };
    format!(
        "{method} {uri} SIP/2.0\n{VIA}{branch}\nMax-Forwards: 70\n\
         From: \"Tester\" <sip:[user]@[remote_ip]:[remote_port]>;tag=[pid]c[call_number]\n\
         To: <sip:{to_user}@[remote_ip]:[remote_port]>{to}\n\
         Call-ID: [call_id]\nContact: <sip:[user]@[local_ip]:{port};transport=[transport]>"
    )
}
