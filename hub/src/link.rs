//! The agents' end of the hub: one WebSocket an instance.
//!
//! Knows messages and frames; what they mean is the fleet's and the store's. Invariant: a sequence is
//! acknowledged only after the store answered for it, and whatever an agent sends ends at worst its
//! own connection.

use crate::api::{AgentToken, Refusal};
use crate::guests::Seat;
use crate::server::Hub;
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use session::Session;
use std::sync::Arc;
use stillframe_core::wire::MAX_FRAME_BYTES;

mod session;

use crate::api::types::{Code, ErrorInfo};

/// `GET /agent`.
pub(crate) async fn agent(
    State(hub): State<Arc<Hub>>,
    AgentToken(holder): AgentToken,
    Extension(seat): Extension<Arc<Seat>>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        let error = ErrorInfo::new(Code::BadRequest, "agents connect here by WebSocket");
        return Refusal(error).into_response();
    };
    let Ok(permit) = Arc::clone(&hub.agents).try_acquire_owned() else {
        let error = ErrorInfo::new(Code::Busy, "as many agents as this hub serves are connected");
        return Refusal(error).into_response();
    };
    let serve = |socket: WebSocket| async move {
        Session::new(hub, socket, holder).run().await;
        drop((permit, seat));
    };
    upgrade.max_message_size(MAX_FRAME_BYTES).max_frame_size(MAX_FRAME_BYTES).on_upgrade(serve)
}
