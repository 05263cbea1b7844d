//! Values in MessagePack, as Terraform's object wire format has them, and in a state file's JSON.
//!
//! <https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/object-wire-format.md>

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::schema::{Block, Nesting, Type};
use super::value::Value;

/// A value that is not what its type says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The bytes end too early.
    #[error("the value is cut off")]
    CutOff,
    /// Bytes follow the value.
    #[error("the value is followed by {0} bytes")]
    Rest(usize),
    /// It is of another kind than its type.
    #[error("expected {expected}, found {found}")]
    Kind {
        /// What the type asks for.
        expected: &'static str,
        /// What is there.
        found: &'static str,
    },
    /// An attribute that the type does not have.
    #[error("unexpected attribute `{0}`")]
    Attribute(String),
    /// A text that is not UTF-8.
    #[error("a text is not UTF-8")]
    Utf8,
    /// A number that is none.
    #[error("`{0}` is no number")]
    Number(String),
    /// A dynamic value whose type cannot be read.
    #[error("a dynamic value has no type")]
    Type,
    /// Values in values in values.
    #[error("the value is nested too deeply")]
    Depth,
}

/// More than any schema nests.
const MAX_DEPTH: usize = 128;

/// Reads a value of `ty`.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Value, WireError> {
    let mut reader = Reader { rest: bytes };
    let value = reader.value(ty, 0)?;
    match reader.rest.len() {
        0 => Ok(value),
        rest => Err(WireError::Rest(rest)),
    }
}

/// Writes a value of `ty`; attributes that it does not have are `null`.
pub fn encode(value: &Value, ty: &Type) -> Result<Vec<u8>, WireError> {
    let mut bytes = Vec::new();
    write(&mut bytes, value, ty)?;
    Ok(bytes)
}

/// What a value begins with.
enum Head {
    Nil,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Str(usize),
    Bin(usize),
    Array(usize),
    Map(usize),
    Ext(usize),
}

impl Head {
    fn name(&self) -> &'static str {
        match self {
            Self::Nil => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Uint(_) | Self::Float(_) => "a number",
            Self::Str(_) => "a text",
            Self::Bin(_) => "bytes",
            Self::Array(_) => "an array",
            Self::Map(_) => "a map",
            Self::Ext(_) => "an unknown value",
        }
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(WireError::CutOff)?;
        self.rest = rest;
        Ok(taken)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(WireError::CutOff)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn u8(&mut self) -> Result<usize, WireError> {
        Ok(u8::from_be_bytes(self.bytes()?).into())
    }

    fn u16(&mut self) -> Result<usize, WireError> {
        Ok(u16::from_be_bytes(self.bytes()?).into())
    }

    fn u32(&mut self) -> Result<usize, WireError> {
        usize::try_from(u32::from_be_bytes(self.bytes()?)).map_err(|_| WireError::CutOff)
    }

    fn head(&mut self) -> Result<Head, WireError> {
        let [marker] = self.bytes()?;
        Ok(match marker {
            0x00..=0x7f => Head::Uint(marker.into()),
            0x80..=0x8f => Head::Map((marker & 0x0f).into()),
            0x90..=0x9f => Head::Array((marker & 0x0f).into()),
            0xa0..=0xbf => Head::Str((marker & 0x1f).into()),
            // 0xc1 is "never used".
            0xc0 | 0xc1 => Head::Nil,
            0xc2 => Head::Bool(false),
            0xc3 => Head::Bool(true),
            0xc4 => Head::Bin(self.u8()?),
            0xc5 => Head::Bin(self.u16()?),
            0xc6 => Head::Bin(self.u32()?),
            0xc7 => Head::Ext(self.u8()?),
            0xc8 => Head::Ext(self.u16()?),
            0xc9 => Head::Ext(self.u32()?),
            0xca => Head::Float(f32::from_be_bytes(self.bytes()?).into()),
            0xcb => Head::Float(f64::from_be_bytes(self.bytes()?)),
            0xcc => Head::Uint(u8::from_be_bytes(self.bytes()?).into()),
            0xcd => Head::Uint(u16::from_be_bytes(self.bytes()?).into()),
            0xce => Head::Uint(u32::from_be_bytes(self.bytes()?).into()),
            0xcf => Head::Uint(u64::from_be_bytes(self.bytes()?)),
            0xd0 => Head::Int(i8::from_be_bytes(self.bytes()?).into()),
            0xd1 => Head::Int(i16::from_be_bytes(self.bytes()?).into()),
            0xd2 => Head::Int(i32::from_be_bytes(self.bytes()?).into()),
            0xd3 => Head::Int(i64::from_be_bytes(self.bytes()?)),
            0xd4..=0xd8 => Head::Ext(1 << (marker - 0xd4)),
            0xd9 => Head::Str(self.u8()?),
            0xda => Head::Str(self.u16()?),
            0xdb => Head::Str(self.u32()?),
            0xdc => Head::Array(self.u16()?),
            0xdd => Head::Array(self.u32()?),
            0xde => Head::Map(self.u16()?),
            0xdf => Head::Map(self.u32()?),
            0xe0..=0xff => Head::Int(i8::from_be_bytes([marker]).into()),
        })
    }

    fn text(&mut self, length: usize) -> Result<String, WireError> {
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| WireError::Utf8)
    }

    fn key(&mut self) -> Result<String, WireError> {
        match self.head()? {
            Head::Str(length) | Head::Bin(length) => self.text(length),
            head => Err(WireError::Kind { expected: "a key", found: head.name() }),
        }
    }

    fn value(&mut self, ty: &Type, depth: usize) -> Result<Value, WireError> {
        if depth > MAX_DEPTH {
            return Err(WireError::Depth);
        }
        let head = self.head()?;
        match (ty, head) {
            (_, Head::Nil) => Ok(Value::Null),
            // Any extension is an unknown value; what is known about it may be left out.
            (_, Head::Ext(length)) => {
                self.take(1)?;
                self.take(length)?;
                Ok(Value::Unknown)
            }
            (Type::Bool, Head::Bool(value)) => Ok(Value::Bool(value)),
            (Type::Number, Head::Int(number)) => Ok(Value::Number(number.to_string())),
            (Type::Number, Head::Uint(number)) => Ok(Value::Number(number.to_string())),
            (Type::Number, Head::Float(number)) => Ok(Value::Number(exact(number)?)),
            (Type::Number, Head::Str(length)) => {
                let text = self.text(length)?;
                match text.parse::<f64>() {
                    Ok(number) if !number.is_nan() => Ok(Value::Number(text)),
                    _ => Err(WireError::Number(text)),
                }
            }
            (Type::String, Head::Str(length)) => self.text(length).map(Value::String),
            (Type::List(ty) | Type::Set(ty), Head::Array(length)) => {
                self.elements(length, |_| Some(ty), depth)
            }
            (Type::Tuple(types), Head::Array(length)) => {
                self.elements(length, |place| types.get(place), depth)
            }
            (Type::Map(ty), Head::Map(length)) => self.entries(length, |_| Some(ty), depth),
            (Type::Object(types), Head::Map(length)) => {
                self.entries(length, |name| types.get(name), depth)
            }
            (Type::Dynamic, Head::Array(2)) => {
                let ty = match self.head()? {
                    Head::Bin(length) | Head::Str(length) => self.take(length)?,
                    _ => return Err(WireError::Type),
                };
                let ty = serde_json::from_slice(ty).ok().and_then(|json| Type::from_json(&json));
                let ty = ty.ok_or(WireError::Type)?;
                let value = self.value(&ty, depth + 1)?;
                Ok(Value::Dynamic(Box::new(ty), Box::new(value)))
            }
            (Type::Nested(..), head) => {
                let plain = ty.plain();
                match (&plain, head) {
                    (Type::List(ty) | Type::Set(ty), Head::Array(length)) => {
                        self.elements(length, |_| Some(ty), depth)
                    }
                    (Type::Map(ty), Head::Map(length)) => self.entries(length, |_| Some(ty), depth),
                    (Type::Object(types), Head::Map(length)) => {
                        self.entries(length, |name| types.get(name), depth)
                    }
                    (_, head) => Err(mismatch(&plain, head.name())),
                }
            }
            (_, head) => Err(mismatch(ty, head.name())),
        }
    }

    fn elements<'t>(
        &mut self,
        length: usize,
        ty: impl Fn(usize) -> Option<&'t Type>,
        depth: usize,
    ) -> Result<Value, WireError> {
        // Each element has a byte at least: a length that lies is noticed before it is reserved.
        if length > self.rest.len() {
            return Err(WireError::CutOff);
        }
        let mut elements = Vec::with_capacity(length);
        for place in 0..length {
            let ty = ty(place).ok_or_else(|| WireError::Attribute(place.to_string()))?;
            elements.push(self.value(ty, depth + 1)?);
        }
        Ok(Value::List(elements))
    }

    fn entries<'t>(
        &mut self,
        length: usize,
        ty: impl Fn(&str) -> Option<&'t Type>,
        depth: usize,
    ) -> Result<Value, WireError> {
        let mut entries = BTreeMap::new();
        for _ in 0..length {
            let key = self.key()?;
            let Some(ty) = ty(&key) else { return Err(WireError::Attribute(key)) };
            let value = self.value(ty, depth + 1)?;
            entries.insert(key, value);
        }
        Ok(Value::Map(entries))
    }
}

/// All the digits of a float: Terraform's numbers are wider, and to it 0.1 is not the float next to
/// it.
fn exact(number: f64) -> Result<String, WireError> {
    if !number.is_finite() {
        return if number.is_nan() {
            Err(WireError::Number("NaN".into()))
        } else {
            Ok(number.to_string())
        };
    }
    // The smallest float has 1074 places.
    let digits = format!("{number:.1074}");
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    Ok(if digits == "-0" { "0".into() } else { digits.to_owned() })
}

fn mismatch(ty: &Type, found: &'static str) -> WireError {
    let expected = match ty {
        Type::String => "a text",
        Type::Number => "a number",
        Type::Bool => "a boolean",
        Type::Dynamic => "a value with its type",
        Type::List(_) => "a list",
        Type::Set(_) => "a set",
        Type::Map(_) => "a map",
        Type::Tuple(_) => "a tuple",
        Type::Object(_) | Type::Nested(..) => "an object",
    };
    WireError::Kind { expected, found }
}

fn write(out: &mut Vec<u8>, value: &Value, ty: &Type) -> Result<(), WireError> {
    match (ty, value) {
        (_, Value::Null) => out.push(0xc0),
        (_, Value::Unknown) => out.extend([0xd4, 0, 0]),
        (Type::Bool, Value::Bool(value)) => out.push(if *value { 0xc3 } else { 0xc2 }),
        (Type::Number, Value::Number(text)) => write_number(out, text)?,
        (Type::String, Value::String(text)) => write_text(out, text),
        (Type::List(ty) | Type::Set(ty), Value::List(elements)) => {
            write_head(out, elements.len(), 0x90, 0xdc);
            for element in elements {
                write(out, element, ty)?;
            }
        }
        (Type::Tuple(types), Value::List(elements)) if types.len() == elements.len() => {
            write_head(out, elements.len(), 0x90, 0xdc);
            for (element, ty) in elements.iter().zip(types) {
                write(out, element, ty)?;
            }
        }
        (Type::Map(ty), Value::Map(entries)) => {
            write_head(out, entries.len(), 0x80, 0xde);
            for (key, value) in entries {
                write_text(out, key);
                write(out, value, ty)?;
            }
        }
        (Type::Object(types), Value::Map(_)) => {
            write_head(out, types.len(), 0x80, 0xde);
            for (name, ty) in types {
                write_text(out, name);
                write(out, value.get(name), ty)?;
            }
        }
        (Type::Nested(..), _) => write(out, value, &ty.plain())?,
        (Type::Dynamic, Value::Dynamic(ty, value)) => write_dynamic(out, value, ty)?,
        (Type::Dynamic, _) => write_dynamic(out, value, &type_of(value))?,
        (ty, Value::Dynamic(_, value)) => write(out, value, ty)?,
        (ty, value) => return Err(mismatch(ty, kind(value))),
    }
    Ok(())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Unknown => "an unknown value",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::List(_) => "an array",
        Value::Map(_) => "a map",
        Value::Dynamic(..) => "a value with its type",
    }
}

fn write_dynamic(out: &mut Vec<u8>, value: &Value, ty: &Type) -> Result<(), WireError> {
    let json = ty.to_json().to_string();
    out.push(0x92);
    out.push(0xc6);
    out.extend(length_u32(json.len()).to_be_bytes());
    out.extend(json.as_bytes());
    write(out, value, ty)
}

/// The type that a value has by itself.
fn type_of(value: &Value) -> Type {
    match value {
        Value::Null | Value::Unknown => Type::Dynamic,
        Value::Bool(_) => Type::Bool,
        Value::Number(_) => Type::Number,
        Value::String(_) => Type::String,
        Value::List(elements) => Type::Tuple(elements.iter().map(type_of).collect()),
        Value::Map(entries) => {
            Type::Object(entries.iter().map(|(key, value)| (key.clone(), type_of(value))).collect())
        }
        Value::Dynamic(ty, _) => (**ty).clone(),
    }
}

/// The head of an array or map: a short one, or the marker before 16 bits of length, which the
/// marker before 32 bits follows.
fn write_head(out: &mut Vec<u8>, length: usize, short: u8, marker: u8) {
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ 0..=15), _) => out.push(short | length),
        (_, Ok(length)) => {
            out.push(marker);
            out.extend(length.to_be_bytes());
        }
        _ => {
            out.push(marker + 1);
            out.extend(length_u32(length).to_be_bytes());
        }
    }
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    let length = text.len();
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ 0..=31), _) => out.push(0xa0 | length),
        (Ok(length), _) => out.extend([0xd9, length]),
        (_, Ok(length)) => {
            out.push(0xda);
            out.extend(length.to_be_bytes());
        }
        _ => {
            out.push(0xdb);
            out.extend(length_u32(length).to_be_bytes());
        }
    }
    out.extend(text.as_bytes());
}

/// A message has less than 4 GiB, and so has everything in it.
fn length_u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A number that is no whole one goes as text: a float would round it.
fn write_number(out: &mut Vec<u8>, text: &str) -> Result<(), WireError> {
    if let Ok(number) = text.parse::<u64>() {
        match u8::try_from(number) {
            Ok(number @ 0..=0x7f) => out.push(number),
            _ => {
                out.push(0xcf);
                out.extend(number.to_be_bytes());
            }
        }
    } else if let Ok(number) = text.parse::<i64>() {
        out.push(0xd3);
        out.extend(number.to_be_bytes());
    } else {
        match text.parse::<f64>() {
            Ok(number) if number.is_infinite() && text.ends_with("inf") => {
                out.push(0xcb);
                out.extend(number.to_be_bytes());
            }
            Ok(number) if !number.is_nan() => write_text(out, text),
            _ => return Err(WireError::Number(text.to_owned())),
        }
    }
    Ok(())
}

/// The value of a block in a state file, as it is in `block`: what `block` does not have is left
/// out, and what the state does not have is `null`.
///
/// Numbers with more digits than a float keeps are rounded.
pub fn from_state(json: &Json, block: &Block) -> Value {
    let Json::Object(state) = json else { return Value::Null };
    let mut value = BTreeMap::new();
    for (name, attribute) in &block.attributes {
        let json = state.get(name).unwrap_or(&Json::Null);
        value.insert(name.clone(), from_json(json, &attribute.ty));
    }
    for (name, nested) in &block.blocks {
        let one = |json: &Json| from_state(json, &nested.block);
        let json = state.get(name).unwrap_or(&Json::Null);
        let blocks = match (nested.nesting, json) {
            (Nesting::Single | Nesting::Group, Json::Array(blocks)) => {
                blocks.first().map_or(Value::Null, one)
            }
            (Nesting::Single | Nesting::Group, json) => one(json),
            (Nesting::List | Nesting::Set, Json::Array(blocks)) => {
                Value::List(blocks.iter().map(one).collect())
            }
            (Nesting::List | Nesting::Set, Json::Object(_)) => Value::List(vec![one(json)]),
            (Nesting::List | Nesting::Set, _) => Value::List(Vec::new()),
            (Nesting::Map, Json::Object(blocks)) => {
                Value::Map(blocks.iter().map(|(key, block)| (key.clone(), one(block))).collect())
            }
            (Nesting::Map, _) => Value::Map(BTreeMap::new()),
        };
        value.insert(name.clone(), blocks);
    }
    Value::Map(value)
}

/// A value in JSON as it is in `ty`; what does not fit is `null`.
pub fn from_json(json: &Json, ty: &Type) -> Value {
    match (ty, json) {
        (Type::Bool, Json::Bool(value)) => Value::Bool(*value),
        (Type::Number, Json::Number(number)) => Value::Number(number.to_string()),
        (Type::String, Json::String(text)) => Value::String(text.clone()),
        (Type::String, Json::Number(number)) => Value::String(number.to_string()),
        (Type::String, Json::Bool(value)) => Value::String(value.to_string()),
        (Type::Number | Type::Bool, Json::String(text)) => {
            match Value::String(text.clone()).into_type(ty) {
                Value::String(_) => Value::Null,
                value => value,
            }
        }
        (Type::List(ty) | Type::Set(ty), Json::Array(elements)) => {
            Value::List(elements.iter().map(|element| from_json(element, ty)).collect())
        }
        // Blocks become attributes and the other way round from version to version.
        (Type::List(ty) | Type::Set(ty), Json::Object(_)) => Value::List(vec![from_json(json, ty)]),
        (Type::Tuple(types), Json::Array(elements)) if types.len() == elements.len() => {
            let elements = elements.iter().zip(types);
            Value::List(elements.map(|(element, ty)| from_json(element, ty)).collect())
        }
        (Type::Map(ty), Json::Object(entries)) => {
            let entries = entries.iter();
            Value::Map(entries.map(|(key, value)| (key.clone(), from_json(value, ty))).collect())
        }
        (Type::Object(types), Json::Object(entries)) => {
            let attribute = |(name, ty): (&String, _)| {
                (name.clone(), from_json(entries.get(name).unwrap_or(&Json::Null), ty))
            };
            Value::Map(types.iter().map(attribute).collect())
        }
        (Type::Object(_), Json::Array(elements)) => {
            elements.first().map_or(Value::Null, |element| from_json(element, ty))
        }
        (Type::Nested(..), _) => from_json(json, &ty.plain()),
        (Type::Dynamic, Json::Object(entries)) => {
            let ty = entries.get("type").and_then(Type::from_json);
            match (ty, entries.get("value")) {
                (Some(ty), Some(value)) => {
                    let value = from_json(value, &ty);
                    Value::Dynamic(Box::new(ty), Box::new(value))
                }
                _ => Value::Null,
            }
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn types() -> impl Strategy<Value = Type> {
        let leaf = prop_oneof![
            Just(Type::String),
            Just(Type::Number),
            Just(Type::Bool),
            Just(Type::Dynamic)
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                inner.clone().prop_map(|ty| Type::List(Box::new(ty))),
                inner.clone().prop_map(|ty| Type::Set(Box::new(ty))),
                inner.clone().prop_map(|ty| Type::Map(Box::new(ty))),
                prop::collection::vec(inner.clone(), 0..4).prop_map(Type::Tuple),
                prop::collection::btree_map("[a-z]{1,3}", inner, 0..4).prop_map(Type::Object),
            ]
        })
    }

    fn values(ty: &Type) -> BoxedStrategy<Value> {
        let known = match ty {
            Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
            Type::Number => prop_oneof![
                any::<i64>().prop_map(|number| number.to_string()),
                any::<u64>().prop_map(|number| number.to_string()),
                Just("0.1".to_owned()),
                Just("123456789012345678901234567890.5".to_owned()),
            ]
            .prop_map(Value::Number)
            .boxed(),
            Type::String => {
                prop_oneof![".{0,40}", "[a-z]{200,300}"].prop_map(Value::String).boxed()
            }
            Type::List(ty) | Type::Set(ty) => {
                prop::collection::vec(values(ty), 0..20).prop_map(Value::List).boxed()
            }
            Type::Tuple(types) => {
                types.iter().map(values).collect::<Vec<_>>().prop_map(Value::List).boxed()
            }
            Type::Map(ty) => prop::collection::btree_map(".{0,5}", values(ty), 0..20)
                .prop_map(Value::Map)
                .boxed(),
            Type::Object(types) => {
                let names: Vec<String> = types.keys().cloned().collect();
                let attributes: Vec<_> = types.values().map(values).collect();
                attributes
                    .prop_map(move |values| Value::Map(names.iter().cloned().zip(values).collect()))
                    .boxed()
            }
            Type::Dynamic => prop_oneof![
                Just(Type::String),
                Just(Type::Number),
                Just(Type::List(Box::new(Type::Bool))),
            ]
            .prop_flat_map(|ty| (Just(ty.clone()), values(&ty)))
            .prop_map(|(ty, value)| Value::Dynamic(Box::new(ty), Box::new(value)))
            .boxed(),
            Type::Nested(..) => unreachable!("not among `types`"),
        };
        prop_oneof![8 => known, 1 => Just(Value::Null), 1 => Just(Value::Unknown)].boxed()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn what_is_written_is_read_again(
            (ty, value) in types().prop_flat_map(|ty| (Just(ty.clone()), values(&ty)))
        ) {
            let bytes = encode(&value, &ty).unwrap();
            prop_assert_eq!(decode(&bytes, &ty), Ok(value));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), ty in types()) {
            let _ = decode(&bytes, &ty);
        }

        #[test]
        fn a_value_that_is_cut_off_is_refused(
            (ty, value) in types().prop_flat_map(|ty| (Just(ty.clone()), values(&ty)))
        ) {
            let bytes = encode(&value, &ty).unwrap();
            prop_assert!(decode(&bytes[..bytes.len() - 1], &ty).is_err());
        }
    }

    /// As it stands in a state file, which has no unknown values.
    fn in_state(value: &Value) -> Json {
        match value {
            Value::Null | Value::Unknown => Json::Null,
            Value::Bool(value) => json!(value),
            Value::Number(text) => serde_json::from_str(text).unwrap(),
            Value::String(text) => json!(text),
            Value::List(elements) => elements.iter().map(in_state).collect(),
            Value::Map(entries) => {
                Json::Object(entries.iter().map(|(key, it)| (key.clone(), in_state(it))).collect())
            }
            Value::Dynamic(ty, value) => json!({"type": ty.to_json(), "value": in_state(value)}),
        }
    }

    proptest! {
        #[test]
        fn a_state_is_read_as_it_is_written(
            (ty, value) in types().prop_flat_map(|ty| (Just(ty.clone()), values(&ty)))
        ) {
            let json = in_state(&value);
            prop_assert_eq!(in_state(&from_json(&json, &ty)), json);
        }
    }

    #[test]
    fn a_float_keeps_all_its_digits() {
        let mut bytes = vec![0xcb];
        bytes.extend(0.1f64.to_be_bytes());
        let digits = "0.1000000000000000055511151231257827021181583404541015625";
        assert_eq!(decode(&bytes, &Type::Number), Ok(Value::Number(digits.into())));
        let half = [0xca, 0x3f, 0, 0, 0];
        assert_eq!(decode(&half, &Type::Number), Ok(Value::Number("0.5".into())));
    }

    #[test]
    fn a_refined_unknown_value_is_unknown() {
        let bytes = [0xc7, 3, 12, 0x81, 1, 0xc2];
        assert_eq!(decode(&bytes, &Type::String), Ok(Value::Unknown));
    }

    #[test]
    fn a_length_that_lies_reserves_nothing() {
        let bytes = [0xdd, 0xff, 0xff, 0xff, 0xff];
        let list = Type::List(Box::new(Type::String));
        assert_eq!(decode(&bytes, &list), Err(WireError::CutOff));
    }

    #[test]
    fn dynamic_values_in_dynamic_values_end_somewhere() {
        let mut bytes = Vec::new();
        for _ in 0..10_000 {
            bytes.extend([0x92, 0xc4, 9]);
            bytes.extend(b"\"dynamic\"");
        }
        assert_eq!(decode(&bytes, &Type::Dynamic), Err(WireError::Depth));
    }

    #[test]
    fn an_old_state_takes_the_shape_of_the_schema() {
        let object = Type::Object([("key".to_owned(), Type::Number)].into());
        let ty = Type::Object(
            [
                ("list".to_owned(), Type::List(Box::new(object))),
                ("new".to_owned(), Type::String),
                ("text".to_owned(), Type::String),
            ]
            .into(),
        );
        let state = json!({"gone": 1, "list": {"key": "5", "gone": []}, "text": 7});
        let expected = Value::Map(
            [
                (
                    "list".to_owned(),
                    Value::List(vec![Value::Map([("key".to_owned(), Value::from(5))].into())]),
                ),
                ("new".to_owned(), Value::Null),
                ("text".to_owned(), Value::from("7")),
            ]
            .into(),
        );
        assert_eq!(from_json(&state, &ty), expected);
    }
}
