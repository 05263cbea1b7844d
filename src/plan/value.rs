//! Terraform's values, as they travel between Terraform and a provider.

use std::collections::BTreeMap;

use super::schema::Type;

/// A value (cty).
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// Not known before apply.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// A number, exactly as it came: decimal text.
    Number(String),
    /// A text.
    String(String),
    /// A list, set or tuple.
    List(Vec<Value>),
    /// A map or object.
    Map(BTreeMap<String, Value>),
    /// What stands where any type may, with the type that it has.
    Dynamic(Box<Type>, Box<Value>),
}

impl Value {
    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether nothing in it is unknown.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::List(elements) => elements.iter().all(Self::is_known),
            Self::Map(elements) => elements.values().all(Self::is_known),
            Self::Dynamic(_, value) => value.is_known(),
            _ => true,
        }
    }

    /// Whether the older provider library cannot tell it from nothing: it keeps `""`, `0`, `false`
    /// and an empty collection as it keeps an argument that is not written.
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Null | Self::Bool(false) => true,
            Self::Number(text) => text.parse() == Ok(0.0),
            Self::String(text) => text.is_empty(),
            Self::List(elements) => elements.is_empty(),
            Self::Map(elements) => elements.is_empty(),
            Self::Dynamic(_, value) => value.is_zero(),
            Self::Unknown | Self::Bool(true) => false,
        }
    }

    /// The text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list or set.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The elements of a map or attributes of an object.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Map(elements) => Some(elements),
            _ => None,
        }
    }

    /// An attribute, or `null`.
    pub fn get(&self, name: &str) -> &Value {
        self.as_map().and_then(|attributes| attributes.get(name)).unwrap_or(&Self::Null)
    }

    /// The same in `ty`, as Terraform converts texts, numbers and booleans into each other.
    pub fn into_type(self, ty: &Type) -> Self {
        match (ty, self) {
            (Type::String, Self::Bool(value)) => Self::String(value.to_string()),
            (Type::String, Self::Number(text)) => Self::String(text),
            (Type::Number, Self::String(text)) if is_number(&text) => Self::Number(text),
            (Type::Bool, Self::String(text)) if text == "true" => Self::Bool(true),
            (Type::Bool, Self::String(text)) if text == "false" => Self::Bool(false),
            (Type::List(ty) | Type::Set(ty), Self::List(elements)) => {
                Self::List(elements.into_iter().map(|element| element.into_type(ty)).collect())
            }
            (_, value) => value,
        }
    }

    /// Whether it is the same value of `ty` as another: sets have no order, and `1.0` is `1`.
    /// An unknown value is the same as nothing but an unknown value.
    pub fn is_same(&self, other: &Self, ty: &Type) -> bool {
        match (ty, self, other) {
            (Type::Set(ty), Self::List(a), Self::List(b)) => {
                a.len() == b.len()
                    && unmatched(a, b, |a, b| a.is_same(b, ty)) == (Vec::new(), Vec::new())
            }
            (Type::List(ty), Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.is_same(b, ty))
            }
            (Type::Tuple(types), Self::List(a), Self::List(b)) => {
                a.len() == b.len()
                    && a.iter().zip(b).zip(types).all(|((a, b), ty)| a.is_same(b, ty))
            }
            (Type::Map(ty), Self::Map(a), Self::Map(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| a.is_same(b, ty)))
            }
            (Type::Object(types), Self::Map(_), Self::Map(_)) => {
                types.iter().all(|(name, ty)| self.get(name).is_same(other.get(name), ty))
            }
            (Type::Nested(..), ..) => self.is_same(other, &ty.plain()),
            (_, Self::Number(a), Self::Number(b)) => same_number(a, b),
            _ => self == other,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number.to_string())
    }
}

impl<V: Into<Value>> FromIterator<V> for Value {
    fn from_iter<I: IntoIterator<Item = V>>(elements: I) -> Self {
        Self::List(elements.into_iter().map(Into::into).collect())
    }
}

/// The places in `a` and in `b` of what the other has no equal of, each counted as often as it
/// stands.
pub(super) fn unmatched<A, B>(
    a: &[A],
    b: &[B],
    same: impl Fn(&A, &B) -> bool,
) -> (Vec<usize>, Vec<usize>) {
    let mut left: Vec<usize> = (0..b.len()).collect();
    let only_a = (0..a.len())
        .filter(|&i| match left.iter().position(|&j| same(&a[i], &b[j])) {
            Some(found) => {
                left.remove(found);
                false
            }
            None => true,
        })
        .collect();
    (only_a, left)
}

/// Whether a text is a decimal number.
pub(super) fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn same_number(a: &str, b: &str) -> bool {
    a == b
        || match (a.parse::<i128>(), b.parse::<i128>()) {
            (Ok(a), Ok(b)) => a == b,
            _ => matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(texts: &[&str]) -> Value {
        texts.iter().copied().collect()
    }

    #[test]
    fn the_order_of_a_set_is_no_difference() {
        let set = Type::Set(Box::new(Type::String));
        assert!(strings(&["a", "b"]).is_same(&strings(&["b", "a"]), &set));
        assert!(!strings(&["a", "b"]).is_same(&strings(&["a", "a"]), &set));
        assert!(!strings(&["a", "a", "b"]).is_same(&strings(&["a", "b", "b"]), &set));
        let list = Type::List(Box::new(Type::String));
        assert!(!strings(&["a", "b"]).is_same(&strings(&["b", "a"]), &list));
    }

    #[test]
    fn numbers_are_compared_by_value() {
        let number = |text: &str| Value::Number(text.into());
        assert!(number("1").is_same(&number("1.0"), &Type::Number));
        assert!(!number("9007199254740993").is_same(&number("9007199254740992"), &Type::Number));
        assert!(!number("1").is_same(&number("2"), &Type::Number));
    }

    #[test]
    fn an_attribute_that_is_missing_is_null() {
        let ty = Type::Object([("a".to_owned(), Type::String)].into());
        let null = Value::Map([("a".to_owned(), Value::Null)].into());
        assert!(Value::Map(BTreeMap::new()).is_same(&null, &ty));
    }
}
