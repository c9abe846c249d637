//! Hub, shops and customers of the demo, and the command pointed at them.
//!
//! Knows how they are started, not what is shown. Invariant: hub and shops listen on loopback only,
//! keep their files under `target/demo`, and end with the stage.

use super::PATIENCE;
use super::shop::Shop;
use crate::Result;
use crate::dist::Product;
use crate::files::{make_empty, make_folder, root, target};
use crate::process::{Background, free_port, quiet};
use serde_json::Value;
use std::cell::RefCell;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// How long a program may take to be ready.
const READY: Duration = Duration::from_secs(30);
/// Orders a second.
const RATE: &str = "40";

/// Everything that runs during a demo. Fields are dropped in order: customers first, hub last.
pub(crate) struct Stage {
    customers: RefCell<Vec<Background>>,
    shops: Vec<Background>,
    _hub: Background,
    bin: PathBuf,
    agents: PathBuf,
    folder: PathBuf,
}

impl Stage {
    /// Starts all of it; customers, run by the interpreter `app`, buy for `bound`.
    pub(crate) fn set(
        product: &Product,
        shops: &[Shop],
        app: &Path,
        bound: Duration,
    ) -> Result<Self> {
        let folder = target("demo");
        make_empty(&folder)?;
        make_folder(&runtime_folder(&folder))?;
        let (bin, agents) = (product.bin.clone(), product.agents.clone());
        let mut serve = command(&bin, &agents, &folder, &["serve", "--bind", "127.0.0.1:0"]);
        serve.arg("--data").arg(folder.join("hub"));
        let mut hub = Background::logged(&mut serve, &folder.join("hub.log"))?;
        let discovery = runtime_folder(&folder).join("stillframe/hub.json");
        hub.until(READY, || discovery.exists().then_some(()))?;
        let customers = RefCell::default();
        let stage = Self { customers, shops: Vec::new(), _hub: hub, bin, agents, folder };
        shops.iter().try_fold(stage, |stage, shop| stage.open(shop, app, bound))
    }

    /// Starts a shop and its customers.
    fn open(mut self, shop: &Shop, app: &Path, bound: Duration) -> Result<Self> {
        let port = free_port()?;
        let log = |name: &str| self.folder.join(format!("{name}-{}.log", shop.service));
        let mut run = self.command(&["run", "--service", shop.service, "--"]);
        run.args(&shop.words).args(["--port", &port]).current_dir(&shop.folder);
        let mut running = Background::logged(&mut run, &log("shop"))?;
        running.until(READY, || TcpStream::connect(format!("127.0.0.1:{port}")).ok())?;
        let name = format!("\"{}\"", shop.service);
        running.until(READY, || {
            let listed = quiet(&mut self.command(&["ls", "-o", "json"])).ok()?;
            listed.contains(&name).then_some(())
        })?;
        let mut load = Command::new(app);
        load.args(["load.py", "--rate", RATE, "--port", &port, "--seconds"]);
        load.arg(bound.as_secs().to_string()).current_dir(example());
        let customers = Background::logged(&mut load, &log("load"))?;
        self.customers.borrow_mut().push(customers);
        self.shops.push(running);
        Ok(self)
    }

    fn command(&self, args: &[&str]) -> Command {
        command(&self.bin, &self.agents, &self.folder, args)
    }

    /// Shows a command as it would be typed, and what it prints.
    pub(crate) fn screen(&self, args: &[&str]) -> Result<()> {
        let typed: Vec<String> = args.iter().map(|word| quoted(word)).collect();
        println!("$ stillframe {}", typed.join(" "));
        let status = Background::start(&mut self.command(args))?.end(PATIENCE)?;
        println!();
        if status.success() { Ok(()) } else { Err(format!("stillframe {}: {status}", args[0])) }
    }

    /// Begins a command; what it prints goes to a file of its own for `name`.
    pub(crate) fn logged(&self, args: &[&str], name: &str) -> Result<(Background, PathBuf)> {
        let log = self.folder.join(format!("{}-{name}.log", args[0]));
        Ok((Background::logged(&mut self.command(args), &log)?, log))
    }

    /// Arms a count probe and answers its id.
    pub(crate) fn arm_count(&self, location: &str) -> Result<String> {
        let created = self.json(&["count", location])?;
        let id = super::find(&created, "id").or_else(|| super::find(&created, "probe"));
        let id = id.and_then(Value::as_str).map(str::to_owned);
        id.ok_or_else(|| format!("count answered no id: {created}"))
    }

    /// What a command says as JSON.
    pub(crate) fn json(&self, args: &[&str]) -> Result<Value> {
        let text = quiet(self.command(args).args(["-o", "json"]))?;
        serde_json::from_str(&text).map_err(|error| format!("stillframe {}: {error}", args[0]))
    }

    /// Follows a probe to its end; its objects go to stdout.
    pub(crate) fn follow_json(&self, args: &[&str]) -> Result<()> {
        let mut command = self.command(args);
        command.args(["-o", "json"]);
        let status = Background::start(&mut command)?.end(PATIENCE)?;
        if status.success() { Ok(()) } else { Err(format!("stillframe {}: {status}", args[0])) }
    }

    /// Nanoseconds that each snapshot kept by the hub took.
    pub(crate) fn took_ns(&self) -> Result<Vec<f64>> {
        let listed = self.json(&["ls", "--all"])?;
        let mut ids = Vec::new();
        collect_ids(&listed, &mut ids);
        ids.sort();
        ids.dedup();
        let mut took = Vec::new();
        for id in ids {
            let text = quiet(&mut self.command(&["show", &id, "-o", "json"])).unwrap_or_default();
            let objects = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let flat =
                objects.flat_map(|v| if let Value::Array(list) = v { list } else { vec![v] });
            let snapshots = flat.filter(|object| object["type"] == "snapshot");
            took.extend(snapshots.filter_map(|object| object["took_ns"].as_f64()));
        }
        Ok(took)
    }

    /// Removes what was armed; the rest ends with the stage.
    pub(crate) fn strike(self) -> Result<()> {
        quiet(&mut self.command(&["rm", "--all"])).map(|_| ())
    }

    /// What to type next, in another terminal.
    pub(crate) fn next(&self, shops: &[Shop]) -> String {
        let bin = self.bin.parent().unwrap_or(&self.bin).display();
        let tips: String =
            shops.iter().flat_map(|shop| shop.tips).map(|tip| format!("  {tip}\n")).collect();
        format!(
            "Everything stays up until Ctrl-C. In another terminal:\n\n  \
             export XDG_RUNTIME_DIR={} PATH={bin}:$PATH\n  cd {}\n  stillframe ls\n\
             {tips}  stillframe why PROBE\n",
            runtime_folder(&self.folder).display(),
            example().display(),
        )
    }

    /// Waits until the customers have enough.
    pub(crate) fn stay(self) -> Result<()> {
        let mut customers = self.customers.borrow_mut();
        customers
            .iter_mut()
            .try_for_each(|customers| customers.end(super::STAY + READY).map(|_| ()))
    }
}

fn collect_ids(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            let is_probe = map.contains_key("kind") || map.contains_key("spec");
            let id = map.get("id").or_else(|| map.get("probe")).and_then(Value::as_str);
            ids.extend(id.filter(|_| is_probe).map(str::to_owned));
            map.values().for_each(|value| collect_ids(value, ids));
        }
        Value::Array(list) => list.iter().for_each(|value| collect_ids(value, ids)),
        _ => {}
    }
}

fn command(bin: &Path, agents: &Path, folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(bin);
    command.args(args).current_dir(example()).stdin(Stdio::null());
    for name in ["STILLFRAME_HUB", "STILLFRAME_TOKEN", "STILLFRAME_TOKEN_FILE"] {
        command.env_remove(name);
    }
    command.env("STILLFRAME_AGENTS", agents).env("XDG_RUNTIME_DIR", runtime_folder(folder));
    // Whoever runs the demo may be logged in to a hub.
    command.env("XDG_CONFIG_HOME", folder);
    command
}

fn example() -> PathBuf {
    root().join("examples/checkout-python")
}

fn runtime_folder(folder: &Path) -> PathBuf {
    folder.join("run")
}

/// `word` as a shell wants it.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=,".contains(c);
    match (word.chars().all(plain), word.contains('\'')) {
        (true, _) => word.to_owned(),
        (false, false) => format!("'{word}'"),
        (false, true) => format!("\"{word}\""),
    }
}
