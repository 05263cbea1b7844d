//! Types as Terraform writes them, and the type of a block.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::schema::{Attribute, Block, NestedBlock, Nesting, Type};

impl Type {
    /// Reads a type constraint: `"string"`, `["list", "string"]`, `["object", {…}]`. `None` if it
    /// is none.
    pub fn from_json(json: &Json) -> Option<Self> {
        let (kind, of) = match json {
            Json::String(name) => {
                return match name.as_str() {
                    "string" => Some(Self::String),
                    "number" => Some(Self::Number),
                    "bool" => Some(Self::Bool),
                    "dynamic" => Some(Self::Dynamic),
                    _ => None,
                };
            }
            Json::Array(parts) => match parts.as_slice() {
                // An object may name its optional attributes; values have all of them.
                [Json::String(kind), of] | [Json::String(kind), of, _] => (kind.as_str(), of),
                _ => return None,
            },
            _ => return None,
        };
        let element = || Self::from_json(of).map(Box::new);
        match kind {
            "list" => element().map(Self::List),
            "set" => element().map(Self::Set),
            "map" => element().map(Self::Map),
            "tuple" => {
                let types: Option<_> = of.as_array()?.iter().map(Self::from_json).collect();
                types.map(Self::Tuple)
            }
            "object" => {
                let attribute =
                    |(name, ty): (&String, _)| Some((name.clone(), Self::from_json(ty)?));
                let attributes: Option<_> = of.as_object()?.iter().map(attribute).collect();
                attributes.map(Self::Object)
            }
            _ => None,
        }
    }

    /// The type constraint that [`Type::from_json`] reads.
    pub fn to_json(&self) -> Json {
        match self {
            Self::String => json!("string"),
            Self::Number => json!("number"),
            Self::Bool => json!("bool"),
            Self::Dynamic => json!("dynamic"),
            Self::List(ty) => json!(["list", ty.to_json()]),
            Self::Set(ty) => json!(["set", ty.to_json()]),
            Self::Map(ty) => json!(["map", ty.to_json()]),
            Self::Tuple(types) => {
                json!(["tuple", types.iter().map(Self::to_json).collect::<Vec<_>>()])
            }
            Self::Object(types) => {
                let types = types.iter().map(|(name, ty)| (name.clone(), ty.to_json()));
                json!(["object", types.collect::<serde_json::Map<_, _>>()])
            }
            Self::Nested(..) => self.plain().to_json(),
        }
    }

    /// The type without the schema of its attributes.
    pub fn plain(&self) -> Self {
        match self {
            Self::Nested(nesting, attributes) => nesting.of(object_type(attributes)),
            other => other.clone(),
        }
    }
}

impl Nesting {
    /// The type of so many `element`s.
    fn of(self, element: Type) -> Type {
        match self {
            Self::Single | Self::Group => element,
            Self::List => Type::List(Box::new(element)),
            Self::Set => Type::Set(Box::new(element)),
            Self::Map => Type::Map(Box::new(element)),
        }
    }
}

impl Block {
    /// The type of its value.
    pub fn object_type(&self) -> Type {
        let mut types = types(&self.attributes);
        for (name, nested) in &self.blocks {
            types.insert(name.clone(), nested.ty());
        }
        Type::Object(types)
    }
}

impl NestedBlock {
    /// The type of its value.
    pub fn ty(&self) -> Type {
        self.nesting.of(self.block.object_type())
    }
}

/// The type of an object with these attributes.
pub(super) fn object_type(attributes: &BTreeMap<String, Attribute>) -> Type {
    Type::Object(types(attributes))
}

fn types(attributes: &BTreeMap<String, Attribute>) -> BTreeMap<String, Type> {
    attributes.iter().map(|(name, attribute)| (name.clone(), attribute.ty.plain())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_read_as_it_is_written() {
        let json =
            json!(["list", ["object", {"a": "string", "b": ["tuple", ["number", "dynamic"]]}]]);
        assert_eq!(Type::from_json(&json).unwrap().to_json(), json);
    }

    #[test]
    fn optional_attributes_are_attributes() {
        let json = json!(["object", {"a": "string"}, ["a"]]);
        assert_eq!(Type::from_json(&json), Type::from_json(&json!(["object", {"a": "string"}])));
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for json in
            [json!("text"), json!(["list"]), json!(["object", []]), json!(null), json!(["map", 1])]
        {
            assert_eq!(Type::from_json(&json), None, "{json}");
        }
    }
}
