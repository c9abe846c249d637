//! Names of types as people read them and as they are looked for, from the machine's signatures.
//!
//! Pure text. Invariant: any text is an answer, and none makes it fail.

/// Name of a type: `com.acme.Cart`, `int[]`; of a hidden class what its author wrote.
pub(crate) fn type_name(signature: &str) -> String {
    let element = signature.trim_start_matches('[');
    let brackets = "[]".repeat(signature.len() - element.len());
    let name = match element {
        "Z" => "boolean".to_owned(),
        "B" => "byte".to_owned(),
        "S" => "short".to_owned(),
        "C" => "char".to_owned(),
        "I" => "int".to_owned(),
        "J" => "long".to_owned(),
        "F" => "float".to_owned(),
        "D" => "double".to_owned(),
        "V" => "void".to_owned(),
        _ => internal_name(element).replace('/', "."),
    };
    name + &brackets
}

/// `com/acme/Cart` of `Lcom/acme/Cart;`; of a hidden class without what the machine appended.
pub(crate) fn internal_name(signature: &str) -> &str {
    let name = signature.strip_prefix('L').unwrap_or(signature);
    let name = name.strip_suffix(';').unwrap_or(name);
    let end = name.find(['.', '+']).unwrap_or(name.len());
    let name = name.get(..end).unwrap_or(name);
    match name.find("$$Lambda") {
        Some(at) => name.get(..at + "$$Lambda".len()).unwrap_or(name),
        None => name,
    }
}

/// Signature of the class `com/acme/Cart`.
pub(crate) fn signature(internal: &str) -> String {
    format!("L{internal};")
}

/// Whether a signature is that of a hidden class, which has no name that code could say.
pub(crate) fn is_hidden(signature: &str) -> bool {
    signature.contains(['.', '+'])
}

/// `com/acme/` of `com/acme/Cart`.
pub(crate) fn package(internal: &str) -> &str {
    internal.rfind('/').and_then(|at| internal.get(..=at)).unwrap_or_default()
}

/// The class around a nested one: `com/acme/Cart` of `com/acme/Cart$Item`.
pub(crate) fn outer(internal: &str) -> Option<&str> {
    let start = package(internal).len();
    let at = internal.rfind('$').filter(|at| *at > start && *at + 1 < internal.len())?;
    internal.get(..at)
}

/// What its author calls a class: `Item` of `com/acme/Cart$Item`, also where it is local (`Cart$1Item`).
pub(crate) fn simple_name(internal: &str) -> &str {
    let last = internal.rsplit('/').next().unwrap_or(internal);
    let inner = match last.rfind('$') {
        Some(at) if at > 0 && at + 1 < last.len() => last.get(at + 1..).unwrap_or(last),
        _ => last,
    };
    let local = inner.trim_start_matches(|c: char| c.is_ascii_digit());
    if local.is_empty() { inner } else { local }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_as_in_source() {
        for (signature, name) in [
            ("Lcom/acme/Cart;", "com.acme.Cart"),
            ("Lcom/acme/Cart$Item;", "com.acme.Cart$Item"),
            ("[[I", "int[][]"),
            ("[Ljava/lang/String;", "java.lang.String[]"),
            ("Lcom/acme/Cart$$Lambda$14+0x0000000800c03000;", "com.acme.Cart$$Lambda"),
            ("Lcom/acme/Cart$$Lambda.0x00007f0001000400;", "com.acme.Cart$$Lambda"),
            ("J", "long"),
        ] {
            assert_eq!(type_name(signature), name);
        }
    }

    #[test]
    fn nested_names_come_apart() {
        assert_eq!(outer("com/acme/Cart$Item$Part"), Some("com/acme/Cart$Item"));
        assert_eq!(outer("com/acme/Cart"), None);
        assert_eq!(outer("com/acme/$Odd"), None);
        assert_eq!(simple_name("com/acme/Cart$Item"), "Item");
        assert_eq!(simple_name("com/acme/Cart$1Local"), "Local");
        assert_eq!(simple_name("com/acme/Cart$1"), "1");
        assert_eq!(simple_name("com/acme/$Odd"), "$Odd");
    }
}
