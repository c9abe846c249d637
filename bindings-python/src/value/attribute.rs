//! `object.attribute`, as Python would answer it, found in storage alone.
//!
//! Follows `object.__getattribute__`, `type.__getattribute__` and the module's own; whatever would
//! call something answers `NeedsCode`, but for libraries whose storage [`Known`] names. Invariant:
//! an answer is the very object that Python would give.

use super::known::{Known, Names, is_a};
use crate::ffi::{Gil, Key, Obj, Type};
use stillframe_core::value::{Missing, Reading, Text};

/// How often one proxy may stand for another.
const MAX_PROXIES: u8 = 4;

/// Attribute `key` of `object`. 10 ns where the object itself has it.
pub(crate) fn attribute(object: Obj, key: Key<'_>, known: &Known, gil: Gil<'_>) -> Reading<Obj> {
    attribute_at(object, key, known, gil, 0)
}

fn attribute_at(
    object: Obj,
    key: Key<'_>,
    known: &Known,
    gil: Gil<'_>,
    proxies: u8,
) -> Reading<Obj> {
    let Some(names) = known.names else { return Err(Missing::Unreadable) };
    if let Some(class) = Type::from_object(object) {
        return of_class(class, object.ty(), key, known, gil);
    }
    let ty = object.ty();
    if ty.is_module() {
        return of_module(object, key, names, gil);
    }
    if !ty.has_generic_attributes() {
        if is_a(object, known.lazy_object) && key.is_text(names.wrapped(gil)) {
            return object.stored(key, gil).ok_or(Missing::Absent);
        }
        if let Some(target) = hidden_target(object, known, gil) {
            return match target {
                Ok(target) if proxies < MAX_PROXIES => {
                    attribute_at(target, key, known, gil, proxies + 1)
                }
                Ok(_) => Err(Missing::Unreadable),
                Err(missing) => Err(missing),
            };
        }
        let own = ty.find(names.getattribute(gil), gil);
        if own.is_none_or(|(_, owner)| !owner.is_exact_object()) {
            return Err(Missing::NeedsCode);
        }
    }
    of_instance(object, ty, key, known, gil)
}

fn of_instance(object: Obj, ty: Type, key: Key<'_>, known: &Known, gil: Gil<'_>) -> Reading<Obj> {
    let found = ty.find(key, gil);
    if let Some((descriptor, owner)) = found
        && descriptor.ty().is_data_descriptor()
    {
        return of_descriptor(object, descriptor, owner, key, known, gil);
    }
    let stored = object.look_up(key, gil);
    if let Ok(Some(value)) = stored {
        return Ok(value);
    }
    match found {
        Some((descriptor, _)) if is_a(descriptor, known.deferred) => {
            Err(stored.err().unwrap_or(Missing::NotLoaded))
        }
        Some((descriptor, _)) if descriptor.ty().is_descriptor() => Err(Missing::NeedsCode),
        _ if stored.is_err() => Err(Missing::Unreadable),
        Some((value, _)) => Ok(value),
        None => Err(absent(ty, known, gil)),
    }
}

/// What the absence of an attribute means: a class may have code for it.
fn absent(ty: Type, known: &Known, gil: Gil<'_>) -> Missing {
    let has_code = !ty.has_generic_attributes()
        && known.names.is_some_and(|names| ty.find(names.getattr(gil), gil).is_some());
    if has_code { Missing::NeedsCode } else { Missing::Absent }
}

/// What a data descriptor would answer, where that is a plain read of known storage.
fn of_descriptor(
    object: Obj,
    descriptor: Obj,
    owner: Type,
    key: Key<'_>,
    known: &Known,
    gil: Gil<'_>,
) -> Reading<Obj> {
    let ty = descriptor.ty();
    let is = |class: Option<Obj>| ty.as_object().is_some() && ty.as_object() == class;
    let Some(names) = known.names else { return Err(Missing::Unreadable) };
    if ty.is_member_descriptor() {
        return match Type::member_value(descriptor, object) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(absent(object.ty(), known, gil)),
            Err(()) => Err(Missing::Unreadable),
        };
    }
    if is(known.tuplegetter) {
        return descriptor.tuplegetter_value(object, gil).ok_or(Missing::Absent);
    }
    let is_of_enum = is(known.enum_property) || is(known.dynamic_attribute);
    if is_of_enum && owner.as_object() == known.enum_class {
        let stored = if key.is_text(names.value(gil)) {
            object.stored(names.enum_value(gil), gil)
        } else if key.is_text(names.name(gil)) {
            object.stored(names.enum_name(gil), gil)
        } else {
            None
        };
        return stored.ok_or(Missing::NeedsCode);
    }
    // Django's `owner_id` is deferred as other fields are, but notices when it is set.
    if is_a(descriptor, known.instrumented) || is_a(descriptor, known.deferred) {
        return object.look_up(key, gil)?.ok_or(Missing::NotLoaded);
    }
    if is_a(descriptor, known.foreign_key) {
        let state = object.look_up(names.state(gil), gil)?.ok_or(Missing::NotLoaded)?;
        let cache = state.look_up(names.fields_cache(gil), gil)?.ok_or(Missing::NotLoaded)?;
        if !cache.ty().is_exact_dict() {
            return Err(Missing::Unreadable);
        }
        return cache.dict_find_text(key, gil).ok_or(Missing::NotLoaded);
    }
    if owner.is_exact_object() && key.is_text(names.class(gil)) {
        return object.ty().as_object().ok_or(Missing::Unreadable);
    }
    Err(Missing::NeedsCode)
}

fn of_module(module: Obj, key: Key<'_>, names: Names, gil: Gil<'_>) -> Reading<Obj> {
    let dict = module.module_dict().ok_or(Missing::Unreadable)?;
    if let Some(value) = dict.dict_find_text(key, gil) {
        return Ok(value);
    }
    let has_code = dict.dict_find_text(names.getattr(gil), gil).is_some();
    Err(if has_code { Missing::NeedsCode } else { Missing::Absent })
}

fn of_class(
    class: Type,
    metaclass: Type,
    key: Key<'_>,
    known: &Known,
    gil: Gil<'_>,
) -> Reading<Obj> {
    let Some(names) = known.names else { return Err(Missing::Unreadable) };
    let own = metaclass.find(names.getattribute(gil), gil);
    if own.is_none_or(|(_, owner)| !owner.is_exact_type()) {
        return Err(Missing::NeedsCode);
    }
    let meta = metaclass.find(key, gil);
    if meta.is_some_and(|(descriptor, _)| descriptor.ty().is_data_descriptor()) {
        return Err(Missing::NeedsCode);
    }
    if let Some((value, _)) = class.find(key, gil) {
        if value.ty().as_object() == known.enum_property && known.enum_property.is_some() {
            let member = value.stored(names.enum_member(gil), gil);
            return member.ok_or(Missing::NeedsCode);
        }
        let plain = value.ty().is_function() || !value.ty().is_descriptor();
        return if plain { Ok(value) } else { Err(Missing::NeedsCode) };
    }
    match meta {
        Some(_) => Err(Missing::NeedsCode),
        None => Err(absent(metaclass, known, gil)),
    }
}

/// The object that a proxy of a known library stands for, if it is one.
pub(crate) fn hidden_target(object: Obj, known: &Known, gil: Gil<'_>) -> Option<Reading<Obj>> {
    let names = known.names?;
    if is_a(object, known.lazy_object) {
        let wrapped = object.stored(names.wrapped(gil), gil)?;
        let is_loaded = known.lazy_empty != Some(wrapped);
        return Some(if is_loaded { Ok(wrapped) } else { Err(Missing::NotLoaded) });
    }
    if known.local_proxy.is_some() && object.ty().as_object() == known.local_proxy {
        return Some(proxied(object, names, known, gil));
    }
    None
}

/// What a werkzeug `LocalProxy` stands for now: its `_get_current_object` closes over the context
/// variable and a function that picks an attribute of its value.
fn proxied(proxy: Obj, names: Names, known: &Known, gil: Gil<'_>) -> Reading<Obj> {
    let slot = proxy.ty().find(names.current_object(gil), gil).ok_or(Missing::Unreadable)?.0;
    if !slot.ty().is_member_descriptor() {
        return Err(Missing::Unreadable);
    }
    let function = Type::member_value(slot, proxy).ok().flatten().ok_or(Missing::Unreadable)?;
    if !function.ty().is_function() {
        return Err(Missing::NeedsCode);
    }
    let cells = function.function_closure().ok_or(Missing::Unreadable)?.items(gil);
    let contents = || cells.iter().filter_map(|cell| cell.cell_contents());
    let variable = contents().find(|object| object.ty().is_context_var());
    let variable = variable.ok_or(Missing::NeedsCode)?;
    let value = variable.context_value().ok_or(Missing::NotLoaded)?;
    let picks = contents().find(|object| object.ty().as_object() == known.attrgetter);
    let Some(picks) = picks.filter(|_| known.attrgetter.is_some()) else { return Ok(value) };
    let picked = picks.attrgetter_names().ok_or(Missing::Unreadable)?.items(gil);
    picked.iter().try_fold(value, |object, name| {
        if !name.ty().is_exact_text() {
            return Err(Missing::Unreadable);
        }
        attribute_at(object, Key::of_object(*name, gil), known, gil, MAX_PROXIES)
    })
}

impl Known {
    /// The name of the thread whose identity is `ident`, if Python knows it.
    pub(crate) fn thread_name<'g>(&self, ident: i64, gil: Gil<'g>) -> Option<Text<'g>> {
        let threads = self.threads.filter(|threads| threads.ty().is_exact_dict())?;
        let mut cursor = 0;
        while let Some((key, thread)) = threads.dict_next(&mut cursor) {
            let is_it = key.ty().is_exact_int()
                && matches!(key.int(gil), stillframe_core::value::Value::Int(key) if key == ident);
            if is_it {
                let name = thread.stored(self.names?.thread_name(gil), gil)?;
                return name.ty().is_text().then(|| name.text(gil));
            }
        }
        None
    }

    /// OpenTelemetry's current trace id: context variable, dict, span, its context, a tuple.
    pub(crate) fn trace_id(&self, gil: Gil<'_>) -> Option<[u8; 16]> {
        let variable = self.trace_context.filter(|variable| variable.ty().is_context_var())?;
        let context = variable.context_value().filter(|context| context.ty().is_dict())?;
        let key = self.trace_key.filter(|key| key.ty().is_exact_text())?;
        let span = context.dict_find_text(Key::of_object(key, gil), gil)?;
        let context = span.stored(self.names?.span_context(gil), gil)?;
        let id = context.item_at(0, gil)?;
        let number =
            if id.ty().is_int() { super::unsigned_128(&id.int(gil))? } else { return None };
        (number != 0).then(|| number.to_be_bytes())
    }
}
