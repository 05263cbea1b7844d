//! What each type of field can be given in Rust.

use super::parts::Given;
use crate::component::Component;
use crate::hcl::{Expr, Property};
use crate::stack::field::{
    Any, AnyRef, Kinds, ListOf, Literal, Map, OrLabel, Ref, Unpassed, WeakRef,
};
use crate::stack::value::Value;

/// Something that a field of type `F` can be given.
///
/// A value is text, a number or a boolean, which is checked as if it stood in a description, or an
/// [`Expr`]: what a component tells ([`Ref::output`]), an input, a local, a
/// [template](crate::template).
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be given to a field `{F}`")]
pub trait Give<F> {
    /// As it is described.
    fn give(self) -> Given;
}

/// A field that is given values; whether they are right is said when they are read.
macro_rules! values {
    ($([$($param:ident)?] $field:ty),* $(,)?) => {
        $(impl<$($param,)? G: Into<$crate::hcl::Expr>> $crate::build::Give<$field> for G {
            fn give(self) -> $crate::build::Given {
                $crate::build::Given::value(self)
            }
        })*
    };
}
pub(crate) use values;

values!([T] Value<T>, [T] Literal<T>, [T] OrLabel<T>, [] Any);

impl<F, G: Give<F>> Give<Option<F>> for G {
    fn give(self) -> Given {
        Give::<F>::give(self)
    }
}

impl<F, G: Give<F>> Give<Unpassed<F>> for G {
    fn give(self) -> Given {
        Give::<F>::give(self)
    }
}

impl<C: Component> Give<Ref<C>> for &Ref<C> {
    fn give(self) -> Given {
        Given::value(self)
    }
}

impl<C: Component> Give<Ref<C>> for Ref<C> {
    fn give(self) -> Given {
        Given::value(self)
    }
}

impl<C: Component> Give<WeakRef<C>> for &Ref<C> {
    fn give(self) -> Given {
        Given::value(self)
    }
}

impl<C: Component> Give<WeakRef<C>> for Ref<C> {
    fn give(self) -> Given {
        Given::value(self)
    }
}

impl<C: Component, K: Kinds> Give<AnyRef<K>> for &Ref<C> {
    fn give(self) -> Given {
        Given::value(self)
    }
}

impl<C: Component, K: Kinds> Give<AnyRef<K>> for Ref<C> {
    fn give(self) -> Given {
        Given::value(self)
    }
}

fn list<F, G: Give<F>>(items: impl IntoIterator<Item = G>) -> Given {
    Given::value(Expr::List(items.into_iter().map(|item| item.give().into_expr()).collect()))
}

/// Lists are given as arrays or vectors, and as tuples where their elements have several types.
macro_rules! lists {
    ($($list:ident),*) => {
        $(
            impl<F, G: Give<F>, const N: usize> Give<$list<F>> for [G; N] {
                fn give(self) -> Given {
                    list(self)
                }
            }

            impl<F, G: Give<F>> Give<$list<F>> for Vec<G> {
                fn give(self) -> Given {
                    list(self)
                }
            }

            lists!(@tuples $list A B C D E G H I);
        )*
    };
    (@tuples $list:ident $first:ident) => {};
    (@tuples $list:ident $first:ident $($rest:ident)+) => {
        lists!(@tuples $list $($rest)+);

        impl<F, $first: Give<F>, $($rest: Give<F>),+> Give<$list<F>> for ($first, $($rest),+) {
            #[allow(non_snake_case)]
            fn give(self) -> Given {
                let ($first, $($rest),+) = self;
                Given::value(Expr::List(vec![
                    $first.give().into_expr(), $($rest.give().into_expr()),+
                ]))
            }
        }
    };
}

lists!(Vec, ListOf);

impl<F> Give<ListOf<F>> for Expr {
    fn give(self) -> Given {
        Given::value(self)
    }
}

impl<F> Give<ListOf<F>> for &Expr {
    fn give(self) -> Given {
        Given::value(self)
    }
}

impl<F, C: Component> Give<ListOf<F>> for &Ref<C> {
    fn give(self) -> Given {
        Given::value(self)
    }
}

fn map<F, G: Give<F>, K: Into<String>>(entries: impl IntoIterator<Item = (K, G)>) -> Given {
    let property = |(key, value): (K, G)| Property::new(key, value.give().into_expr());
    Given::value(Expr::Object(entries.into_iter().map(property).collect()))
}

impl<F, G: Give<F>, K: Into<String>, const N: usize> Give<Map<F>> for [(K, G); N] {
    fn give(self) -> Given {
        map(self)
    }
}

impl<F, G: Give<F>, K: Into<String>> Give<Map<F>> for Vec<(K, G)> {
    fn give(self) -> Given {
        map(self)
    }
}

impl<C: Component> From<&Ref<C>> for Expr {
    fn from(reference: &Ref<C>) -> Self {
        Self::Raw(format!("{}.{}", C::KIND, reference.label))
    }
}

impl<C: Component> From<Ref<C>> for Expr {
    fn from(reference: Ref<C>) -> Self {
        Self::from(&reference)
    }
}

impl<C: Component> Ref<C> {
    /// What the component tells under a name: `database.output("host")` is a description's
    /// `database.main.host`. A name that it does not have is complained of when the stack is read.
    pub fn output(&self, name: &str) -> Expr {
        Expr::Raw(format!("{}.{}.{name}", C::KIND, self.label))
    }
}

/// A template: text with values put in, `template!["https://", &domain, "/health"]`.
///
/// ```
/// use stackwright::prelude::*;
///
/// let mut stack = Draft::new("shop");
/// let domain = stack.add(Input::new("domain"));
/// let url = template!["https://", &domain, "/health"];
/// assert_eq!(url, Expr::raw(r#""https://${input.domain}/health""#));
/// ```
#[macro_export]
macro_rules! template {
    ($($part:expr),+ $(,)?) => {
        $crate::build::template([$($crate::hcl::Expr::from($part)),+])
    };
}

/// A map whose values have several types: `map! { "PORT" => 80, "HOST" => database.output("host") }`.
#[macro_export]
macro_rules! map {
    ($($key:expr => $value:expr),* $(,)?) => {
        ::std::vec![$((::std::string::String::from($key), $crate::hcl::Expr::from($value))),*]
    };
}

/// The template that has these parts; see [`template!`](crate::template).
#[doc(hidden)]
pub fn template<const N: usize>(parts: [Expr; N]) -> Expr {
    let inside: String = parts.iter().map(inside).collect();
    Expr::Raw(format!("\"{inside}\""))
}

/// A value as it stands between the quotes of a template.
fn inside(part: &Expr) -> String {
    match part {
        Expr::String(text) => crate::hcl::print::escaped(text),
        Expr::Bool(value) => value.to_string(),
        Expr::Number(number) => number.clone(),
        other => {
            let source = crate::hcl::print::print_expr(other);
            let end = if crate::hcl::format::ends_with_heredoc(&source) { "\n" } else { "" };
            format!("${{{source}{end}}}")
        }
    }
}
