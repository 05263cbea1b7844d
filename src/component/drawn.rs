//! What a component is in a picture of its system, and what it means there that one names another.

/// What a component is in a picture ([`Component::DRAWN`](super::Component::DRAWN)).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawn {
    /// What it belongs to.
    pub family: Family,
    /// What it means that another component names this one, where that one's `fields` do not say.
    pub named: Meaning,
    /// What it means that this one names another in a field: `("rule.forward", …)`. A name stands
    /// for all that is in it, too.
    pub fields: &'static [(&'static str, Meaning)],
}

impl Drawn {
    /// Something that others use.
    pub const OTHER: Self = Self::new(Family::Other, Meaning::To(Relation::Uses));

    /// One of a family that others name for a reason.
    pub const fn new(family: Family, named: Meaning) -> Self {
        Self { family, named, fields: &[] }
    }

    /// What it means to name others in these fields.
    #[must_use]
    pub const fn fields(self, fields: &'static [(&'static str, Meaning)]) -> Self {
        Self { fields, ..self }
    }

    /// What it means to name something in a field, where this component says.
    pub fn field(&self, path: &str) -> Option<Meaning> {
        meaning(self.fields, path)
    }
}

/// What fields say of a path, `rule.forward`: the longest of those that it is in.
pub(crate) fn meaning(fields: &[(&str, Meaning)], path: &str) -> Option<Meaning> {
    let is_in = |field: &str| {
        path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let in_it = fields.iter().filter(|(field, _)| is_in(field));
    in_it.max_by_key(|(field, _)| field.len()).map(|(_, meaning)| *meaning)
}

/// What components belong to; pictures colour by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Where requests come in.
    Edge,
    /// What answers them.
    Compute,
    /// What runs now and then.
    Jobs,
    /// What keeps or passes on data.
    Data,
    /// Networks, and what opens them.
    Network,
    /// What runs comes from it.
    Images,
    /// Keys, secrets and roles.
    Security,
    /// What watches and tells people.
    Operations,
    /// Inputs and outputs.
    Values,
    /// Anything else.
    Other,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Edge,
        Self::Compute,
        Self::Jobs,
        Self::Data,
        Self::Network,
        Self::Images,
        Self::Security,
        Self::Operations,
        Self::Values,
        Self::Other,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Compute => "compute",
            Self::Jobs => "jobs",
            Self::Data => "data",
            Self::Network => "network",
            Self::Images => "images",
            Self::Security => "security",
            Self::Operations => "operations",
            Self::Values => "values",
            Self::Other => "other",
        }
    }
}

/// Why there is an edge between two components. The first ones say most: where two hold, the first
/// is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// Requests: from who asks to who answers.
    Traffic,
    /// From who reads or writes to what is read or written.
    Access,
    /// Messages, events and alarms: from who tells to who hears.
    Messages,
    /// From a schedule to what it starts.
    Schedules,
    /// Images and code: from what makes and keeps them to what runs them.
    Images,
    /// Anything else: from who needs to what is needed.
    Uses,
    /// From who encrypts to the key.
    Encryption,
    /// Inputs and outputs: the way a value goes.
    Values,
    /// From who is in something to what it is in.
    Placement,
}

impl Relation {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Traffic,
        Self::Access,
        Self::Messages,
        Self::Schedules,
        Self::Images,
        Self::Uses,
        Self::Encryption,
        Self::Values,
        Self::Placement,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Traffic => "traffic",
            Self::Access => "access",
            Self::Messages => "messages",
            Self::Schedules => "schedules",
            Self::Images => "images",
            Self::Uses => "uses",
            Self::Encryption => "encryption",
            Self::Values => "values",
            Self::Placement => "placement",
        }
    }

    /// What its edges lead from, and to.
    pub const fn ends(self) -> (&'static str, &'static str) {
        match self {
            Self::Traffic => ("who asks", "who answers"),
            Self::Access => ("who reads or writes", "what is read or written"),
            Self::Messages => ("who tells", "who hears"),
            Self::Schedules => ("a schedule", "what it starts"),
            Self::Images => ("what makes or keeps", "what runs it"),
            Self::Uses => ("who needs", "what is needed"),
            Self::Encryption => ("who encrypts", "the key"),
            Self::Values => ("a value", "who takes it"),
            Self::Placement => ("who is in it", "what it is in"),
        }
    }
}

/// What it means that a component names another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// An edge from the one that names to the one that is named.
    To(Relation),
    /// An edge from the one that is named to the one that names.
    From(Relation),
    /// The one that names is in the one that is named, which is a box around it.
    In,
}

impl Meaning {
    /// From who reads or writes to this.
    pub const ACCESS: Self = Self::To(Relation::Access);
    /// Whoever names this runs it.
    pub const RUN: Self = Self::From(Relation::Images);
    /// From who asks to this.
    pub const TRAFFIC: Self = Self::To(Relation::Traffic);
    /// Whoever names this needs it.
    pub const USED: Self = Self::To(Relation::Uses);
    /// Whoever names this tells it.
    pub const TOLD: Self = Self::To(Relation::Messages);
    /// Whoever names this hears of it.
    pub const HEARD: Self = Self::From(Relation::Messages);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_says_what_all_in_it_means_and_the_nearest_wins() {
        let fields = [("rule", Meaning::USED), ("rule.forward", Meaning::TRAFFIC)];
        assert_eq!(meaning(&fields, "rule.forward"), Some(Meaning::TRAFFIC));
        assert_eq!(meaning(&fields, "rule.only_through_cdn"), Some(Meaning::USED));
        assert_eq!(meaning(&fields, "rules"), None);
    }
}
