//! The shops of the demo: how each is started, and what is probed in it.
//!
//! Knows the examples' sources. Invariant: a line is named by its text, so that an edit above it
//! does not move a probe.

use crate::Result;
use crate::files::{line_of, root};
use crate::java;
use crate::node;
use crate::process::quiet;
use crate::ruby::Ruby;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A shop.
pub(crate) struct Shop {
    /// Name of its service.
    pub(crate) service: &'static str,
    /// Where it is started: its agent looks for sources there.
    pub(crate) folder: PathBuf,
    /// Its command but for the port.
    pub(crate) words: Vec<OsString>,
    /// What is probed in it.
    pub(crate) probes: Vec<Probe>,
    /// Where a log line is written beside those of the other shops, and what it says.
    pub(crate) log: [String; 2],
    /// Commands to go on with.
    pub(crate) tips: &'static [&'static str],
}

/// A probe that is followed to its end.
pub(crate) struct Probe {
    pub(crate) title: &'static str,
    pub(crate) args: Vec<String>,
}

impl Shop {
    /// The shop for Python on Flask, run by the interpreter `app`.
    pub(crate) fn python(app: &Path) -> Result<Self> {
        let order = format!("app.py:{}", python_line("app.py", "return jsonify(number=")?);
        let placed = python_line("shop/orders.py", "cart.owner.orders += 1")?;
        let placed = format!("shop/orders.py:{placed}");
        let site = site_packages(app)?.join("werkzeug/routing/map.py");
        let routing = line_of(&site, "if self.map.redirect_defaults:")?;
        let routing = format!("werkzeug/routing/map.py:{routing}");
        let mut large =
            words(&["snap", &order, "--if", "total > 100 and order.discount.amount > 0"]);
        large.extend(words(&["--watch", "cart.items[0].sku", "--watch", "order.discount.reason"]));
        large.extend(words(&["--limit", "2", "-f"]));
        let template = "order {order.number}: {total} less {discount.amount} for {discount.reason}";
        let library = words(&["snap", &routing, "--if", "method == 'POST'", "--limit", "1", "-f"]);
        let library_title = "Inside a library: werkzeug's routing";
        Ok(Self {
            service: "checkout",
            folder: root().join("examples/checkout-python"),
            words: vec![app.into(), "app.py".into()],
            probes: vec![
                Probe { title: "Large orders with a discount", args: large },
                Probe { title: library_title, args: library },
            ],
            log: [placed, template.to_owned()],
            tips: &[
                "stillframe snap shop/rules.py:best --if 'total > 200' -f",
                "stillframe log shop/cart.py:Cart.add '{item.sku} for {self.owner.name}' -f",
            ],
        })
    }

    /// The shop for the JVM on the JDK's own server.
    pub(crate) fn jvm() -> Result<Self> {
        let (classes, main) = java::classes()?;
        let orders = root().join("examples/checkout-jvm/src/main/java/shop/Orders.java");
        let placed = format!("shop/Orders.java:{}", line_of(&orders, "user.ordered();")?);
        let mut large = words(&["snap", &placed, "--if", "total > 100 && discount.amount > 0"]);
        large.extend(words(&["--watch", "cart.items.get(0).sku", "--watch", "discount.reason"]));
        large.extend(words(&["--limit", "2", "-f"]));
        let template = "order {order.number}: {total} less {discount.amount} for {user.name}";
        Ok(Self {
            service: "checkout-jvm",
            folder: root().join("examples/checkout-jvm"),
            words: vec!["java".into(), "-cp".into(), classes.into(), main.into()],
            probes: vec![Probe { title: "The same on the JVM", args: large }],
            log: [placed, template.to_owned()],
            tips: &["stillframe snap shop.Rules#best --if 'total > 200' -f"],
        })
    }

    /// The shop in TypeScript on Express.
    pub(crate) fn node() -> Result<Self> {
        let folder = node::shop_folder()?;
        let placed = line_of(&folder.join("src/shop/orders.ts"), "user.orders += 1")?;
        let placed = format!("src/shop/orders.ts:{placed}");
        let mut large = words(&["snap", &placed, "--if", "total > 100 && discount.amount > 0"]);
        large.extend(words(&["--watch", "cart.items[0].sku", "--watch", "discount.reason"]));
        large.extend(words(&["--limit", "2", "-f"]));
        let template = "order {order.number}: {total} less {discount.amount} for {user.name}";
        let title = "The same on Node, in TypeScript";
        Ok(Self {
            service: "checkout-node",
            folder,
            words: vec!["node".into(), "dist/app.js".into()],
            probes: vec![Probe { title, args: large }],
            log: [placed, template.to_owned()],
            tips: &["stillframe snap shop/rules.ts:best --if 'total > 200' -f"],
        })
    }

    /// The shop in Ruby on Sinatra.
    pub(crate) fn ruby(ruby: &Ruby) -> Result<Self> {
        let folder = root().join("examples/checkout-ruby");
        let placed = line_of(&folder.join("shop/orders.rb"), "user.orders += 1")?;
        let placed = format!("shop/orders.rb:{placed}");
        let mut large = words(&["snap", &placed, "--if", "total > 100 and discount.amount > 0"]);
        large.extend(words(&["--watch", "cart.items[0].sku", "--watch", "discount.reason"]));
        large.extend(words(&["--limit", "2", "-f"]));
        let template = "order {order.number}: {total} less {discount.amount} for {user.name}";
        Ok(Self {
            service: "checkout-ruby",
            folder,
            words: vec![ruby.program.clone().into(), "app.rb".into()],
            probes: vec![Probe { title: "The same on Ruby", args: large }],
            log: [placed, template.to_owned()],
            tips: &["stillframe snap Shop::Rules.best --if 'total > 200' -f"],
        })
    }
}

/// Number of the line of the shop for Python that holds `text`.
pub(crate) fn python_line(file: &str, text: &str) -> Result<usize> {
    line_of(&root().join("examples/checkout-python").join(file), text)
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|&word| word.to_owned()).collect()
}

fn site_packages(app: &Path) -> Result<PathBuf> {
    let code = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let path = quiet(Command::new(app).args(["-c", code]))?;
    Ok(path.trim().into())
}
