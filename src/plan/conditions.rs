//! Changes of which nobody knows without the provider's code whether they replace a resource.

use std::collections::BTreeMap;

use serde_json::Value;

use super::schema::{Attribute, Block, Condition, ForceNew, Provider, Type};

/// What may replace a resource, by type and path.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Conditions(BTreeMap<String, BTreeMap<Vec<String>, Condition>>);

impl Conditions {
    /// What the facts of these providers say of it.
    pub fn of<'a>(providers: impl IntoIterator<Item = &'a Provider>) -> Self {
        let mut all = BTreeMap::new();
        for (ty, resource) in providers.into_iter().flat_map(|provider| &provider.resources) {
            let mut paths = Vec::new();
            in_block(&resource.block, &mut Vec::new(), &mut paths);
            let known = |path: Vec<String>| {
                let condition = resource.conditions.get(&path.join("."));
                (path, condition.cloned().unwrap_or_default())
            };
            if !paths.is_empty() {
                all.insert(ty.clone(), paths.into_iter().map(known).collect());
            }
        }
        Self(all)
    }

    /// On what it depends whether a change at a path replaces a resource that becomes `after`:
    /// empty where only that it depends is known, `None` where it replaces nothing.
    pub(super) fn of_change(&self, ty: &str, path: &[&str], after: &Value) -> Option<&str> {
        let possible = |condition: &Condition| match &condition.only {
            None => true,
            Some((attribute, only)) => match after.get(attribute) {
                Some(Value::String(text)) => text == only,
                Some(Value::Null) | None => false,
                Some(Value::Bool(is)) => only.parse() == Ok(*is),
                Some(_) => false,
            },
        };
        let meets = |known: &[String]| known.iter().zip(path).all(|(a, b)| a == b);
        let mut found = self.0.get(ty)?.iter().filter(|(known, it)| meets(known) && possible(it));
        found.next().map(|(_, condition)| condition.words.as_str())
    }
}

fn in_block(block: &Block, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    in_attributes(&block.attributes, path, found);
    for (name, nested) in &block.blocks {
        path.push(name.clone());
        match nested.force_new {
            ForceNew::Maybe => found.push(path.clone()),
            ForceNew::No | ForceNew::Yes => in_block(&nested.block, path, found),
        }
        path.pop();
    }
}

fn in_attributes(
    attributes: &BTreeMap<String, Attribute>,
    path: &mut Vec<String>,
    found: &mut Vec<Vec<String>>,
) {
    for (name, attribute) in attributes {
        path.push(name.clone());
        match (attribute.force_new, &attribute.ty) {
            (ForceNew::Maybe, _) => found.push(path.clone()),
            (_, Type::Nested(_, inner)) => in_attributes(inner, path, found),
            _ => {}
        }
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plan::facts;

    const TOY: &str = "facts 1
provider example/toy

resource toy_car
  engine = string optional
  paint = string optional
  seats = number optional may-replace
  wheels {} list
    size = number optional may-replace
  ! may-replace seats engine=diesel: \"fewer seats\"
";

    fn of_change(path: &[&str], after: Value) -> Option<String> {
        let toy = facts::parse(TOY).unwrap();
        let conditions = Conditions::of([&toy]);
        conditions.of_change("toy_car", path, &after).map(str::to_owned)
    }

    #[test]
    fn a_change_that_cannot_replace_is_none() {
        assert_eq!(of_change(&["paint"], json!({})), None);
        assert_eq!(of_change(&["seats"], json!({"engine": "steam"})), None);
    }

    #[test]
    fn what_it_depends_on_is_said_where_it_is_known() {
        assert_eq!(of_change(&["seats"], json!({"engine": "diesel"})).unwrap(), "fewer seats");
        assert_eq!(of_change(&["wheels", "size"], json!({})).unwrap(), "");
    }

    #[test]
    fn a_block_that_comes_or_goes_takes_what_is_in_it_along() {
        assert_eq!(of_change(&["wheels"], json!({})).unwrap(), "");
    }
}
