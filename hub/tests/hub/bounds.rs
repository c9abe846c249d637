//! Nonsense, and too much of anything.

use crate::agent::{Agent, info, open, snapshot};
use crate::stand::Stand;
use crate::story::{create_armed, wish};
use serde_json::json;
use stillframe_core::ids::InstanceId;
use stillframe_core::transport::message::{AgentMessage, HubMessage, ProtocolRange};
use stillframe_core::wire;
use stillframe_hub::api::types::{Code, SnapshotPage};
use tungstenite::Message;

fn last_word(agent: &mut Agent) -> (String, String) {
    loop {
        match agent.read() {
            Some(HubMessage::Refused { code, message }) => {
                assert_eq!(agent.read(), None, "then it closes");
                return (code, message);
            }
            Some(_) => {}
            None => panic!("the connection ended without a word"),
        }
    }
}

#[test]
fn nonsense_ends_that_one_connection() {
    let stand = Stand::new();
    let mut good = Agent::new(&stand, "checkout", 1);
    let created = create_armed(&stand, &wish(), &mut [&mut good]);
    let other = InstanceId([3; 16]);
    let foreign = wire::frames(other, &[snapshot(created.probe.id, 1)]).remove(0);
    let unnumbered = |id| wire::frames(id, &[snapshot(created.probe.id, 0)]).remove(0);
    let mut torn = foreign.clone();
    torn.truncate(torn.len() / 2);
    let mine = InstanceId([5; 16]);
    let mut all = vec![
        Message::text("not json"),
        Message::text(r#"{"type":"no_such_message"}"#),
        Message::text(r#"{"type":"status","probes":[{"probe":"P!"}]}"#),
        Message::text("[".repeat(100_000)),
        Message::text(" ".repeat((1 << 20) + 1)),
        Message::binary(vec![0_u8; 100]),
        Message::binary(Vec::new()),
        Message::binary([vec![1, 255, 255, 255, 127], vec![0; 40]].concat()),
        Message::binary(torn),
        Message::binary(foreign),
        Message::binary(unnumbered(mine)),
    ];
    for nonsense in all.drain(..) {
        let what = format!("{:.60}", format!("{nonsense:?}"));
        let mut bad = Agent::with(&stand, info("bad", 2), mine);
        bad.say_raw(nonsense);
        let (code, message) = last_word(&mut bad);
        assert_eq!(code, "malformed", "{what}: {message}");
    }
    good.capture(created.probe.id, [1]);
    good.until_acknowledged(1);
    let page: SnapshotPage = stand.get("/api/v1/snapshots");
    assert_eq!((page.snapshots.len(), page.next), (1, None));
}

#[test]
fn what_is_no_hello_or_of_another_protocol_is_refused() {
    let stand = Stand::new();
    let mut socket = open(&stand, &stand.ready().agent_token).expect("admitted");
    socket.send(Message::text(r#"{"type":"goodbye"}"#)).expect("sent");
    let answer = socket.read().expect("an answer");
    assert!(answer.to_text().expect("text").contains("malformed"), "{answer:?}");
    let mut socket = open(&stand, &stand.ready().agent_token).expect("admitted");
    let hello = AgentMessage::Hello {
        protocol: ProtocolRange { min: 7, max: 9 },
        capabilities: Vec::new(),
        instance: InstanceId([1; 16]),
        info: Box::default(),
        unsure: Vec::new(),
    };
    let text = serde_json::to_string(&hello).expect("JSON");
    socket.send(Message::text(text)).expect("sent");
    let answer = socket.read().expect("an answer");
    assert!(answer.to_text().expect("text").contains("protocol 7 to 9"), "{answer:?}");
}

#[test]
fn a_frame_beyond_the_bound_is_not_read() {
    let stand = Stand::new();
    let mut agent = Agent::new(&stand, "checkout", 1);
    // The hub may close while it is still being written.
    let sent = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        agent.say_raw(Message::binary(vec![0_u8; wire::MAX_FRAME_BYTES + 1]));
    }));
    if sent.is_ok() {
        assert_eq!(agent.read(), None);
    }
    let _still_there = Agent::new(&stand, "checkout", 2);
}

#[test]
fn malformed_requests_are_refused_in_words() {
    let stand = Stand::new();
    let _agent = Agent::new(&stand, "checkout", 1);
    let post = |body: serde_json::Value| {
        let (status, answer) = stand.ask("POST", "/api/v1/probes", Some(&body));
        let code = answer["error"]["code"].as_str().unwrap_or_default().to_owned();
        assert!(answer["error"]["message"].is_string(), "{answer}");
        (status, code)
    };
    let bad = (400, "bad_request".to_owned());
    assert_eq!(post(json!("text")), bad);
    assert_eq!(post(json!({})), bad);
    assert_eq!(post(json!({"spec": {"location": "app.py"}})), bad);
    assert_eq!(post(json!({"spec": {"location": "app.py:1"}, "colour": 1})), bad);
    assert_eq!(post(json!({"spec": {"location": "app.py:1", "limit": 0}})), bad);
    let long = json!({"spec": {"location": "app.py:1", "expires_ms": 999_999_999_999_u64}});
    assert_eq!(post(long), bad);
    let huge = json!({"spec": {"location": "app.py:1", "condition": "x".repeat(300 << 10)}});
    assert_eq!(post(huge), (413, "too_large".to_owned()));
    for (path, code) in [
        ("/api/v1/nothing", "not_found"),
        ("/api/v1/probes/no/such", "not_found"),
        ("/api/v1/probes/UPPER", "not_found"),
        ("/api/v1/snapshots/p7k2/1", "not_found"),
        ("/api/v1/snapshots?probe=p7k2", "not_found"),
        ("/api/v1/snapshots?after=x", "bad_request"),
        ("/api/v1/snapshots?limit=x", "bad_request"),
        ("/api/v1/events?probe=p7k2", "not_found"),
    ] {
        let (_, answer) = stand.ask("GET", path, None);
        assert_eq!(answer["error"]["code"], code, "{path}: {answer}");
    }
}

#[test]
fn nobody_there_is_said_with_the_nearest_names() {
    let stand = Stand::new();
    let error = stand.refused(&wish(), Code::NoInstance);
    assert!(error.error.next.expect("a next step").contains("stillframe run"));
    let _agents = [Agent::new(&stand, "checkout", 1), Agent::new(&stand, "orders", 2)];
    let mut wish = wish();
    wish.service = Some("chekout".into());
    let error = stand.refused(&wish, Code::NoInstance);
    assert_eq!(error.error.candidates[0], "checkout");
    assert_eq!(Code::NoInstance.exit_code(), 3);
    wish.wait = true;
    let created = stand.create(&wish);
    assert_eq!((created.probe.instances, created.instances.len()), (0, 0));
}

#[test]
fn a_condition_that_does_not_parse_gets_its_caret_at_once() {
    let stand = Stand::new();
    let agent = Agent::new(&stand, "shop", 1);
    let mut wish = wish();
    wish.spec.condition = Some("total > and 3".into());
    let error = stand.refused(&wish, Code::Condition).error;
    assert_eq!(error.source, wish.spec.condition);
    let (start, end) = error.span.expect("a place");
    assert!(start < end && end <= 13, "{start}..{end}");
    wish.spec.condition = None;
    wish.spec.watches = vec!["items[".into()];
    assert_eq!(stand.refused(&wish, Code::Condition).error.source.as_deref(), Some("items["));
    assert_eq!(Code::Condition.exit_code(), 5);
    assert!(agent.probes.is_empty(), "nobody heard of it");
}
