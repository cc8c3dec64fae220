//! What only one of the databases can show.

use super::postgres::Server;
use super::{PACE, Place, call, calls, open, refusal};
use crate::store::{Record, Store};
use std::os::unix::fs::PermissionsExt as _;

#[tokio::test]
async fn an_outage_of_the_database_loses_nothing() {
    let Some(server) = Server::start() else { return };
    let place = Place::on(server).await;
    let server = place.server.as_ref().unwrap();
    let store = open(&place).await;
    store.record(Record::Call(Box::new(call(1))));
    assert_eq!(calls(&store).await.len(), 1);
    server.stop();
    (2..=500).for_each(|id| store.record(Record::Call(Box::new(call(id)))));
    while !store.counts().failing {
        tokio::task::yield_now().await;
    }
    server.go_on();
    assert_eq!(calls(&store).await.len(), 500);
    assert_eq!((store.counts().waiting, store.counts().lost), (0, 0));
    server.stop();
    let refused = refusal(&place).await;
    assert!(refused.contains("check `store.url`") && !refused.contains(Server::PASSWORD), "{refused}");
}

#[tokio::test]
async fn relays_that_start_at_the_same_time_share_a_database() {
    let Some(place) = Place::postgres().await else { return };
    let config = place.config();
    let (one, two) = tokio::join!(Store::connect(&config, PACE), Store::connect(&config, PACE));
    let (one, two) = (one.unwrap(), two.unwrap());
    one.record(Record::Call(Box::new(call(1))));
    one.flush().await;
    assert_eq!(calls(&two).await.len(), 1);
}

#[tokio::test]
async fn a_password_can_stand_in_a_file_and_a_wrong_one_is_not_repeated() {
    let Some(mut place) = Place::postgres().await else { return };
    place.settings = place.settings.replace("50%", "51%");
    let refused = refusal(&place).await;
    assert!(refused.contains("password authentication failed"), "{refused}");
    assert!(!refused.contains("everything"), "{refused}");
    let file = place.data_dir().join("password");
    std::fs::create_dir_all(place.data_dir()).unwrap();
    std::fs::write(&file, format!("{}\n", Server::PASSWORD)).unwrap();
    let url = place.settings.lines().next().unwrap();
    place.settings = format!("{url}\npassword_file = {file:?}\n");
    drop(open(&place).await);
    std::fs::remove_file(&file).unwrap();
    assert!(refusal(&place).await.contains("password"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_at_once() {
    let mut place = Place::sqlite();
    place.settings = "url = \"postgres://me:s3cret@127.0.0.1:1/sidetone\"\n".to_owned();
    let refused = refusal(&place).await;
    assert!(refused.contains("postgres://127.0.0.1:1/sidetone"), "{refused}");
    assert!(refused.contains("refused") && !refused.contains("s3cret"), "{refused}");
}

#[tokio::test]
async fn the_file_is_for_nobody_else() {
    let place = Place::sqlite();
    let store = open(&place).await;
    store.record(Record::Call(Box::new(call(1))));
    store.flush().await;
    let mut names = Vec::new();
    for file in std::fs::read_dir(place.data_dir()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["sidetone.db", "sidetone.db-shm", "sidetone.db-wal", "store.key"]);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let place = Place::sqlite();
    std::fs::create_dir_all(place.data_dir()).unwrap();
    let file = place.data_dir().join("sidetone.db");
    std::fs::write(&file, "a letter to my grandmother, long enough to be a header").unwrap();
    let refused = refusal(&place).await;
    assert!(refused.contains("sidetone.db"), "{refused}");
}
