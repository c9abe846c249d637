//! Functions by the names that their language has for them.

use super::super::{Located, locate, nearest};
use super::{CART, File, Texts, cart, found, function, refusal, typed};

fn shop() -> Texts {
    Texts(vec![cart("/app/shop/cart.py", CART, 0)])
}

fn pending(runtime: &Texts, text: &str) -> (String, Option<String>) {
    match locate(runtime, &typed(text, None, None), false, None) {
        Located::Pending(pending) => (pending.why.code, pending.why.hint),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn every_form_leads_to_the_same_line() {
    for text in [
        "shop/cart.py:Cart.total",
        "shop/cart.py:Cart#total",
        "cart.py:total",
        "shop.cart.Cart.total",
        "shop.cart.Cart#total",
        "shop::cart::Cart#total",
        "Cart#total",
        "Cart.total",
        "shop.cart:6",
        "shop.cart.Cart:6",
        "shop.cart.Cart.total:6",
    ] {
        let (line, _, _, sites) = found(locate(&shop(), &typed(text, None, None), false, None));
        assert_eq!((line, sites.len()), (6, 1), "{text}");
    }
}

#[test]
fn a_function_that_was_taken_apart_is_one() {
    let mut runtime = shop();
    let part = function(3, "Cart.total", 5, &[5]);
    runtime.0[0].functions.insert(1, part);
    let location = typed("cart.py:Cart.total", None, None);
    let (line, _, _, sites) = found(locate(&runtime, &location, false, None));
    assert_eq!((line, sites.len()), (6, 1));
    runtime.0[0].functions.push(function(4, "Cart.total", 5, &[6, 7]));
    let (line, _, _, sites) = found(locate(&runtime, &location, false, None));
    assert_eq!((line, sites.len()), (6, 2));
}

#[test]
fn a_module_or_a_class_is_no_function() {
    for text in ["shop.cart", "shop.cart.Cart"] {
        let refused = refusal(locate(&shop(), &typed(text, None, None), false, None));
        assert_eq!(refused.why.message, format!("{text} is no function"));
        assert!(refused.why.hint.is_some_and(|hint| hint.contains("cart.py:Cart.total")));
    }
}

#[test]
fn what_is_not_there_is_waited_for_with_the_nearest_names() {
    let hint = |name: &str| Some(format!("there is {name}"));
    let not_loaded = || "file_not_loaded".to_owned();
    let runtime = shop();
    assert_eq!(pending(&runtime, "shop.cart.Cart.totl"), (not_loaded(), hint("Cart.total")));
    assert_eq!(pending(&runtime, "shop.cart.Card.total"), (not_loaded(), hint("Cart.total")));
    assert_eq!(pending(&runtime, "shop.cart.Cart.refund"), (not_loaded(), None));
    assert_eq!(pending(&runtime, "shop.basket.Cart.size"), (not_loaded(), None));
    assert_eq!(pending(&runtime, "Basket#add"), (not_loaded(), None));
    assert_eq!(pending(&runtime, "total"), (not_loaded(), None), "one word is too little");
    let looked_at = || "waiting_for_runtime".to_owned();
    assert_eq!(pending(&runtime, "unread/orders.py:6"), (looked_at(), None));
    assert_eq!(pending(&runtime, "read/orders.py:6"), (not_loaded(), None));
    assert_eq!(nearest(&runtime, &typed("shop/crat.py:6", None, None)), ["cart.py"]);
    assert_eq!(nearest(&runtime, &typed("other/cart.py:6", None, None)), [""; 0]);
    assert_eq!(nearest(&runtime, &typed("README.py:6", None, None)), [""; 0]);
}

#[test]
fn the_end_of_a_name_that_fits_two_functions_is_refused() {
    let mut files = vec![cart("/app/shop/cart.py", CART, 0), cart("/app/old/cart.py", CART, 0)];
    let refused =
        refusal(locate(&Texts(files.clone()), &typed("Cart#total", None, None), false, None));
    assert_eq!(refused.why.code, "ambiguous");
    assert!(refused.why.message.contains("/app/shop/cart.py, /app/old/cart.py"));
    assert!(refused.why.hint.is_some_and(|hint| hint.contains("FILE:FUNCTION")));
    files[1].is_application = false;
    let located = locate(&Texts(files), &typed("Cart#total", None, None), false, None);
    assert!(matches!(located, Located::Found(found) if found.at.file == "/app/shop/cart.py"));
    let twice = File {
        functions: vec![function(1, "Cart.total", 5, &[6]), function(2, "Card.total", 7, &[8])],
        ..cart("/app/shop/cart.py", CART, 0)
    };
    let refused =
        refusal(locate(&Texts(vec![twice]), &typed("cart.py:total", None, None), false, None));
    assert_eq!(refused.why.message, "total means Cart.total (line 5) or Card.total (line 7)");
}
