//! Doors, ends and files of tokens.

use super::*;
use crate::store::{DiskStore, Retention};
use std::path::Path;

const KEEP: Retention = Retention { age_ns: u64::MAX, bytes: 1 << 40 };

fn open(folder: &Path) -> (DiskStore, Tokens, Local) {
    let (store, _) = DiskStore::open(folder, KEEP).expect("opens");
    let tokens = Tokens::load(&store).expect("rows");
    let local = Local::open(&tokens, &store, folder, "lea").expect("tokens");
    (store, tokens, local)
}

fn code(tokens: &Tokens, token: &str, kind: Kind) -> Result<Role, Code> {
    let holder = tokens.holder(Some(&format!("Bearer {token}")), kind);
    holder.map(|holder| holder.role).map_err(|error| error.code)
}

fn wish(lasts: Option<Duration>) -> Wish {
    Wish { kind: Kind::User, user: "ann".into(), role: Role::Viewer, by: "lea".into(), lasts }
}

#[test]
fn each_kind_opens_its_own_door_only_and_survives_a_restart() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let (store, tokens, local) = open(temp.path());
    let code = |token: &str, kind| code(&tokens, token, kind);
    assert_eq!(code(&local.user, Kind::User), Ok(Role::Admin));
    assert_eq!(code(&local.agent, Kind::Agent), Ok(Role::Admin));
    assert_eq!(code(&local.agent, Kind::User), Err(Code::WrongToken));
    assert_eq!(code(&local.user, Kind::Agent), Err(Code::WrongToken));
    assert_eq!(code("sfa_of-another-hub", Kind::User), Err(Code::WrongToken));
    assert_eq!(code("sfu_of-another-hub", Kind::User), Err(Code::Unauthorized));
    assert_eq!(code("", Kind::User), Err(Code::Unauthorized));
    for header in [None, Some("Basic x"), Some("Bearer"), Some("bearer sfu_x")] {
        let refused = tokens.holder(header, Kind::User).map_err(|error| error.code);
        assert_eq!(refused, Err(Code::Unauthorized), "{header:?}");
    }
    assert_eq!(tokens.list().len(), 2);
    drop((store, tokens));
    let (_, _, again) = open(temp.path());
    assert_eq!((again.user, again.agent), (local.user, local.agent));
}

#[test]
fn what_is_revoked_or_expired_opens_nothing_and_stays_so() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let (store, tokens, local) = open(temp.path());
    let (forever, _) = tokens.create(&store, wish(None)).expect("made");
    let (short, _) = tokens.create(&store, wish(Some(Duration::ZERO))).expect("made");
    let (gone, view) = tokens.create(&store, wish(None)).expect("made");
    assert_eq!(code(&tokens, &gone, Kind::User), Ok(Role::Viewer));
    let revoked = tokens.revoke(&store, &view.id).expect("kept").expect("it is there");
    assert!(revoked.over && revoked.revoked.is_some());
    assert_eq!(tokens.revoke(&store, "0123456789").expect("kept"), None);
    let admin = tokens.list().into_iter().find(|token| token.user == "lea" && token.role.is_some());
    tokens.revoke(&store, &admin.expect("the hub's own").id).expect("kept");
    let check = |tokens: &Tokens| {
        assert_eq!(code(tokens, &forever, Kind::User), Ok(Role::Viewer));
        for token in [&short, &gone, &local.user] {
            assert_eq!(code(tokens, token, Kind::User), Err(Code::Unauthorized));
        }
        let said = tokens.holder(Some(&format!("Bearer {short}")), Kind::User).err();
        assert!(said.is_some_and(|error| error.message.contains("expired at 2")));
    };
    check(&tokens);
    drop((store, tokens));
    let (_, tokens, again) = open(temp.path());
    check(&tokens);
    assert_ne!(again.user, local.user, "the hub's own is made anew");
    assert_eq!(code(&tokens, &again.user, Kind::User), Ok(Role::Admin));
}

#[tokio::test]
async fn what_a_token_opened_ends_with_it() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let (store, tokens, _) = open(temp.path());
    let holder = |token: &str| {
        tokens.holder(Some(&format!("Bearer {token}")), Kind::User).expect("it is good")
    };
    let soon = Some(Duration::from_millis(300));
    let (short, _) = tokens.create(&store, wish(soon)).expect("made");
    let (long, view) = tokens.create(&store, wish(None)).expect("made");
    let (short, long) = (holder(&short), holder(&long));
    tokens.ended(&short).await;
    let mut ended = std::pin::pin!(tokens.ended(&long));
    let early = tokio::time::timeout(Duration::from_millis(20), ended.as_mut()).await;
    assert!(early.is_err(), "it is good");
    tokens.revoke(&store, &view.id).expect("kept");
    ended.await;
}

#[test]
fn no_token_is_in_the_database() {
    let temp = tempfile::tempdir().expect("a temporary folder");
    let (store, _, local) = open(temp.path());
    drop(store);
    let bytes = std::fs::read(temp.path().join("hub.db")).expect("reads");
    for token in [&local.user, &local.agent] {
        assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()));
    }
}
