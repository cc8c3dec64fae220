use super::*;
use proptest::prelude::*;

/// A browser's DTLS half.
pub(crate) struct Client {
    endpoint: Endpoint,
    pub(crate) certificate: Certificate,
    pub(crate) connected: bool,
}

impl Client {
    pub(crate) fn new(now: Instant, profiles: &[SrtpProtectionProfile]) -> Self {
        let certificate = Certificate::generate().unwrap();
        let config = ConfigBuilder::default()
            .with_crypto_provider(rtc_crypto::default_provider().unwrap())
            .with_certificates(vec![certificate.dtls().clone()])
            .with_srtp_protection_profiles(profiles.to_vec())
            .with_insecure_skip_verify(true)
            .build(true, Some(PEER))
            .unwrap();
        let mut endpoint = Endpoint::new(PEER, TransportProtocol::UDP, None);
        endpoint.connect(now, PEER, Arc::new(config), None).unwrap();
        Self { endpoint, certificate, connected: false }
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.certificate.fingerprint()
    }

    pub(crate) fn poll_transmit(&mut self) -> Option<BytesMut> {
        Some(self.endpoint.poll_transmit()?.message)
    }

    pub(crate) fn handle(&mut self, now: Instant, datagram: &[u8]) {
        for event in self.endpoint.read(now, PEER, None, BytesMut::from(datagram)).unwrap_or_default() {
            self.connected |= matches!(event, EndpointEvent::HandshakeComplete);
        }
    }

    pub(crate) fn close(&mut self, now: Instant) {
        self.endpoint.stop(now, PEER);
    }

    /// The client's and the server's key.
    pub(crate) fn keys(&self, profile: Profile) -> (MasterKey, MasterKey) {
        let state = self.endpoint.get_connection_state(PEER).unwrap();
        let material =
            state.export_keying_material(EXPORTER_LABEL, &[], profile.keying_material_len()).unwrap();
        MasterKey::split(profile, material.as_ref()).unwrap()
    }
}

/// Passes datagrams until nobody has one left.
fn talk(now: Instant, client: &mut Client, server: &mut Dtls) -> Result<Vec<DtlsEvent>, DtlsError> {
    let mut events = Vec::new();
    loop {
        let mut quiet = true;
        while let Some(datagram) = client.poll_transmit() {
            events.extend(server.handle(now, &datagram)?);
            quiet = false;
        }
        while let Some(datagram) = server.poll_transmit() {
            client.handle(now, &datagram);
            quiet = false;
        }
        if quiet {
            return Ok(events);
        }
    }
}

fn server_for(client: &Client) -> Dtls {
    Dtls::new(&Certificate::generate().unwrap(), vec![client.fingerprint()]).unwrap()
}

const CM: SrtpProtectionProfile = SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80;
const GCM: SrtpProtectionProfile = SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm;

#[test]
fn gcm_is_taken_where_the_browser_has_it_and_counter_mode_where_not() {
    let now = Instant::now();
    for (offered, expected) in [
        (&[CM, GCM][..], Profile::AeadAes128Gcm),
        (&[GCM], Profile::AeadAes128Gcm),
        (&[SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm, CM], Profile::Aes128CmHmacSha1_80),
    ] {
        let mut client = Client::new(now, offered);
        let mut server = server_for(&client);
        let events = talk(now, &mut client, &mut server).unwrap();
        let [DtlsEvent::Connected { browser, ours }] = &events[..] else {
            panic!("{offered:?}: not connected")
        };
        assert_eq!(browser.profile(), expected);
        assert_eq!((browser.clone(), ours.clone()), client.keys(expected));
    }
}

#[test]
fn another_certificate_than_that_of_the_offer_gets_no_keys() {
    let now = Instant::now();
    let mut client = Client::new(now, &[GCM]);
    let certificate = Certificate::generate().unwrap();
    let mut server = Dtls::new(&certificate, vec![Fingerprint::of(b"somebody else")]).unwrap();
    assert!(talk(now, &mut client, &mut server).is_err());
}

#[test]
fn a_browser_without_any_of_our_profiles_is_refused() {
    let now = Instant::now();
    let mut client = Client::new(now, &[SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm]);
    let mut server = server_for(&client);
    assert!(talk(now, &mut client, &mut server).is_err());
}

#[test]
fn a_lost_flight_is_sent_again_by_our_clock() {
    let now = Instant::now();
    let mut client = Client::new(now, &[GCM]);
    let mut server = server_for(&client);
    // The cookie exchange passes; what follows the second ClientHello is lost.
    let hello = client.poll_transmit().unwrap();
    server.handle(now, &hello).unwrap();
    client.handle(now, &server.poll_transmit().unwrap());
    let hello = client.poll_transmit().unwrap();
    server.handle(now, &hello).unwrap();
    while server.poll_transmit().is_some() {}
    let due = server.next_timeout().expect("a flight is outstanding");
    assert_eq!(due, now + FLIGHT_INTERVAL);
    server.handle_timeout(due - Duration::from_millis(1)).unwrap();
    assert!(server.poll_transmit().is_none(), "not before its time");
    server.handle_timeout(due).unwrap();
    while let Some(datagram) = server.poll_transmit() {
        client.handle(due, &datagram);
    }
    let events = talk(due, &mut client, &mut server).unwrap();
    assert!(matches!(events[..], [DtlsEvent::Connected { .. }]));
}

#[test]
fn the_browsers_good_bye_is_heard() {
    let now = Instant::now();
    let mut client = Client::new(now, &[GCM]);
    let mut server = server_for(&client);
    talk(now, &mut client, &mut server).unwrap();
    client.close(now);
    let events = talk(now, &mut client, &mut server).unwrap();
    assert!(matches!(events[..], [DtlsEvent::Closed]));
}

#[test]
fn a_forged_alert_does_not_end_the_call() {
    let now = Instant::now();
    let mut client = Client::new(now, &[GCM]);
    let mut server = server_for(&client);
    talk(now, &mut client, &mut server).unwrap();
    let alert = |level, description| [21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, level, description];
    let handshake = [22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0];
    for forged in [alert(1, 0).to_vec(), alert(2, 40).to_vec(), [&handshake[..], &alert(1, 0)].concat()] {
        assert!(server.handle(now, &forged).unwrap().is_empty());
    }
    assert!(server.write(now, b"still there").is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_datagram_is_taken_or_refused(first in 20_u8..64, datagram in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut server = Dtls::new(&Certificate::generate().unwrap(), vec![Fingerprint::of(b"x")]).unwrap();
        let datagram = [&[first, 0xfe, 0xfd][..], &datagram].concat();
        let events = server.handle(Instant::now(), &datagram).unwrap_or_default();
        prop_assert!(events.is_empty());
    }
}
