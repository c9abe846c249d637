//! What the API is, in OpenAPI 3.1: `GET /api/v1/openapi.json`, kept as `docs/openapi.json`.
//!
//! Knows what each endpoint asks for and answers, and leaves who may to the [`doors`](super::doors).
//! Invariant: schemas are made of the very types that are answered, and an endpoint without a
//! description is found by a test.

use super::doors::{Door, Endpoint, endpoints};
use super::json;
use super::types::{
    AuditRowView, AuditVerdict, CreateProbe, CreateToken, CreatedProbe, CreatedToken, ErrorAnswer,
    Event, FreezeView, InstanceView, Me, ProbeView, SnapshotPage, TokenView, WhyView,
};
use axum::response::Response;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json as object};
use stillframe_core::transport::message::AGENT_PATH;

const VERSION: &str = "3.1.0";
const ABOUT: &str = "Instances, probes and snapshots of a Stillframe hub. Every answer that is no success is an \
                     ErrorAnswer. Times are RFC 3339 in UTC; spans carry their unit in the name. Fields are only \
                     ever added.";

pub(super) async fn page() -> Response {
    json(&description())
}

/// One endpoint in words and types.
struct Operation {
    method: &'static str,
    path: &'static str,
    about: &'static str,
    query: Vec<(&'static str, &'static str)>,
    asks: Option<Make>,
    answers: Option<(&'static str, Make)>,
}

/// Makes a schema.
type Make = fn(&mut SchemaGenerator) -> Schema;

fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

fn flag(name: &'static str) -> Make {
    match name {
        "ok" => |_| json_schema!({"type": "object", "properties": {"ok": {"type": "boolean"}}}),
        _ => |_| {
            json_schema!({"type": "object",
                "properties": {"ready": {"type": "boolean"}, "why": {"type": "string"}}})
        },
    }
}

fn snapshot(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "object", "description": "A snapshot as `-o json` prints it."})
}

fn text(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string"})
}

impl Operation {
    fn new(method: &'static str, path: &'static str, about: &'static str) -> Self {
        Self { method, path, about, query: Vec::new(), asks: None, answers: None }
    }

    fn query(mut self, name: &'static str, about: &'static str) -> Self {
        self.query.push((name, about));
        self
    }

    fn asks<T: JsonSchema>(self) -> Self {
        Self { asks: Some(of::<T>), ..self }
    }

    fn answers<T: JsonSchema>(self) -> Self {
        self.sends("application/json", of::<T>)
    }

    fn sends(self, media: &'static str, make: Make) -> Self {
        Self { answers: Some((media, make)), ..self }
    }
}

fn operations() -> Vec<Operation> {
    let (get, post) = (|path, about| Operation::new("GET", path, about), "POST");
    let json = "application/json";
    let mut all = vec![
        get("/healthz", "Whether the process answers.").sends(json, flag("ok")),
        get("/readyz", "Whether agents and people are served.").sends(json, flag("ready")),
        get("/metrics", "Figures in Prometheus' text format.").sends("text/plain", text),
        get(AGENT_PATH, "The agents' WebSocket: `docs/wire.md` has its messages."),
        get("/api/v1/me", "Who the token belongs to, and which hub answers.").answers::<Me>(),
        get("/api/v1/openapi.json", "This description.")
            .sends(json, |_| json_schema!({"type": "object"})),
        get("/api/v1/instances", "Processes with an agent in them.")
            .query("all", "`true`: launchers and instances that went too.")
            .answers::<Vec<InstanceView>>(),
    ];
    all.extend([
        get("/api/v1/probes", "Probes, oldest first.")
            .query("ended", "`true`: those that ended too.")
            .answers::<Vec<ProbeView>>(),
        Operation::new(post, "/api/v1/probes", "Sets a probe, or tries where it would sit.")
            .asks::<CreateProbe>()
            .answers::<CreatedProbe>(),
        Operation::new("DELETE", "/api/v1/probes", "Removes every live probe.")
            .query("service", "Only those of this service.")
            .answers::<Vec<ProbeView>>(),
        get("/api/v1/probes/{id}", "One probe.").answers::<ProbeView>(),
        Operation::new("DELETE", "/api/v1/probes/{id}", "Removes one that lives.")
            .answers::<ProbeView>(),
        get("/api/v1/probes/{id}/why", "Why it does what it does.").answers::<WhyView>(),
        get("/api/v1/freeze", "Whether anything can be armed.").answers::<FreezeView>(),
        Operation::new(post, "/api/v1/freeze", "Disarms everywhere until it is let go.")
            .answers::<FreezeView>(),
        Operation::new(
            "DELETE",
            "/api/v1/freeze",
            "Lets a frozen hub go: whoever froze it, or an admin.",
        )
        .answers::<FreezeView>(),
    ]);
    all.extend(of_snapshots());
    all.extend(of_admins());
    all
}

fn of_snapshots() -> [Operation; 3] {
    let get = |path, about| Operation::new("GET", path, about);
    [
        get(
            "/api/v1/snapshots",
            "A page of snapshots, in the order of storing, or of time with `since` or `until`.",
        )
        .query("probe", "Only this probe's.")
        .query("after", "A cursor from a page or an event.")
        .query("limit", "How many at most.")
        .query("since", "An instant; wants a probe.")
        .query("until", "An instant, exclusive; wants a probe.")
        .answers::<SnapshotPage>(),
        get("/api/v1/snapshots/{probe}/{number}", "One snapshot.")
            .sends("application/json", snapshot),
        get(
            "/api/v1/events",
            "Server-sent events: `event` is the word, `data` its content, `id` a cursor.",
        )
        .query("probe", "Only what concerns this probe; its lease holds meanwhile.")
        .query("after", "First what was stored behind this cursor; `0`: everything.")
        .sends("text/event-stream", of::<Event>),
    ]
}

fn of_admins() -> [Operation; 5] {
    let get = |path, about| Operation::new("GET", path, about);
    [
        get("/api/v1/tokens", "Tokens, of which nothing is shown that leads to them.")
            .answers::<Vec<TokenView>>(),
        Operation::new("POST", "/api/v1/tokens", "Gives a token; it is shown this once.")
            .asks::<CreateToken>()
            .answers::<CreatedToken>(),
        Operation::new(
            "DELETE",
            "/api/v1/tokens/{id}",
            "Revokes a token, and closes what it opened.",
        )
        .answers::<TokenView>(),
        get("/api/v1/audit", "Rows of the audit.")
            .query("after", "Rows above this one; else the last.")
            .query("limit", "How many at most.")
            .answers::<Vec<AuditRowView>>(),
        get("/api/v1/audit/verdict", "Whether the audit's chain holds.")
            .query("head", "A head that was noted earlier, which must be in it.")
            .answers::<AuditVerdict>(),
    ]
}

/// The whole description.
pub fn description() -> Value {
    let settings = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut generator = settings.into_generator();
    let operations = operations();
    let mut paths = Map::new();
    for endpoint in endpoints() {
        let same = |one: &&Operation| (one.method, one.path) == (endpoint.method, endpoint.path);
        let Some(operation) = operations.iter().find(same) else { continue };
        let described = describe(&endpoint, operation, &mut generator);
        let path = paths.entry(endpoint.path).or_insert_with(|| object!({}));
        path[endpoint.method.to_lowercase()] = described;
    }
    let bearer = |about: &str| object!({"type": "http", "scheme": "bearer", "description": about});
    object!({
        "openapi": VERSION,
        "info": {
            "title": "Stillframe hub",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
        },
        "paths": paths,
        "components": {
            "securitySchemes": {
                "person": bearer("A person's token, `sfu_…`, which has a role."),
                "agent": bearer("An agent's token, `sfa_…`."),
            },
            "schemas": generator.take_definitions(true),
        },
    })
}

fn describe(endpoint: &Endpoint, operation: &Operation, generator: &mut SchemaGenerator) -> Value {
    let (security, who) = match endpoint.door {
        Door::Open => (object!([]), String::new()),
        Door::Agent => (object!([{"agent": []}]), String::new()),
        Door::Person(role) => {
            (object!([{"person": []}]), format!("At least role `{}`.", role.word()))
        }
    };
    let body = |media: &str, schema: Schema| object!({media: {"schema": schema}});
    let good = match &operation.answers {
        Some((media, make)) => {
            object!({"200": {"description": "Done.", "content": body(media, make(generator))}})
        }
        None => object!({"101": {"description": "The connection speaks WebSocket from here on."}}),
    };
    let refused = body("application/json", of::<ErrorAnswer>(generator));
    let mut described = object!({
        "summary": operation.about,
        "security": security,
        "parameters": parameters(operation),
        "responses": good,
    });
    if !who.is_empty() {
        described["description"] = who.into();
    }
    described["responses"]["default"] = object!({"description": "Refused.", "content": refused});
    if let Some(asks) = operation.asks {
        described["requestBody"] =
            object!({"required": true, "content": body("application/json", asks(generator))});
    }
    described
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let parts = operation.path.split('/').filter_map(|part| part.strip_prefix('{'));
    let names = parts.filter_map(|part| part.strip_suffix('}'));
    let text = object!({"type": "string"});
    let path =
        names.map(|name| object!({"name": name, "in": "path", "required": true, "schema": text}));
    let query = operation.query.iter().map(|(name, about)| {
        object!({"name": name, "in": "query", "description": about, "schema": text})
    });
    path.chain(query).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_is_described_and_nothing_else_is() {
        let mut described: Vec<_> = operations().iter().map(|one| (one.method, one.path)).collect();
        let mut there: Vec<_> = endpoints().iter().map(|one| (one.method, one.path)).collect();
        described.sort_unstable();
        there.sort_unstable();
        assert_eq!(described, there);
    }

    #[test]
    fn every_reference_leads_to_a_schema() {
        let description = description();
        let text = description.to_string();
        let schemas = description["components"]["schemas"].as_object().expect("schemas");
        let names = text.split("\"#/components/schemas/").skip(1);
        let names: Vec<_> = names.filter_map(|rest| rest.split('"').next()).collect();
        assert!(names.len() > 50, "{names:?}");
        let dangling: Vec<_> = names.iter().filter(|name| !schemas.contains_key(**name)).collect();
        assert!(dangling.is_empty(), "{dangling:?}");
    }

    #[test]
    fn the_kept_description_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        let is_same = kept == format!("{:#}\n", description());
        assert!(is_same, "cargo run -q -p stillframe-hub --example openapi > docs/openapi.json");
    }
}
