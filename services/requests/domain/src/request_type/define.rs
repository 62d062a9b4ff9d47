//! Defining a request type: its whole definition at once; the same again changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Confidentiality, DecodeError, Encoded, Priority, RequestTypeId, Role};
use serde::{Deserialize, Serialize};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Refusal, State};
use crate::{
    proto,
    words::{AttributeKind, confidentiality_from_wire, confidentiality_to_wire},
};

/// One thing to ask when a request of a type is opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name, snake case.
    pub name: String,
    /// What its value must look like.
    pub kind: AttributeKind,
    /// Whether a request without it is refused.
    pub required: bool,
    /// Whether its value is published; never for text.
    pub published: bool,
    /// The choices, for the kind choice.
    pub choices: Vec<String>,
}

/// All that defines a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// Its id: the code in the catalogue.
    pub id: RequestTypeId,
    /// Its name to show.
    pub name: String,
    /// The category path, widest first.
    pub category: Vec<String>,
    /// Who answers for it; `None` for types known from imports only.
    pub accountable_role: Option<Role>,
    /// Who contributes: role words, or `desk:ID`.
    pub contributing: Vec<String>,
    /// The priority if the requester states none.
    pub default_priority: Option<Priority>,
    /// What to ask.
    pub attributes: Vec<Attribute>,
    /// Who may read requests of it.
    pub confidentiality: Confidentiality,
    /// The name under which a source system knows it, by system.
    pub external_keys: BTreeMap<String, String>,
}

/// Asks to define a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Define {
    /// The whole definition.
    pub definition: Definition,
}

/// A type was defined, or defined anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defined {
    /// The whole definition.
    pub definition: Definition,
}

fn invalid(field: impl Into<String>, problem: impl Into<String>) -> Refusal {
    Refusal::InvalidDefinition { field: field.into(), problem: problem.into() }
}

fn is_snake(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= 64
        && bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

impl Attribute {
    fn problem(&self) -> Option<&'static str> {
        let chooses = self.kind == AttributeKind::Choice;
        if !is_snake(&self.name) {
            Some("must be 1 to 64 of a-z, 0-9 and _, beginning with a letter")
        } else if chooses == self.choices.is_empty() {
            Some("needs choices if, and only if, its kind is choice")
        } else if self.published && self.kind == AttributeKind::Text {
            Some("cannot be published: free text never leaves the service; use another kind")
        } else {
            None
        }
    }
}

impl Definition {
    fn checked(&self) -> Result<(), Refusal> {
        if self.name.trim().is_empty() || self.name.chars().count() > 200 {
            return Err(invalid("display_name", "must have 1 to 200 characters"));
        }
        if self.category.len() > 8 || self.category.iter().any(|part| part.trim().is_empty()) {
            return Err(invalid("category", "must be at most 8 parts, none of them empty"));
        }
        for (at, word) in self.contributing.iter().enumerate() {
            let desk =
                word.strip_prefix("desk:").is_some_and(|id| kernel::TeamId::try_new(id).is_ok());
            if !desk && word.parse::<Role>().is_err() {
                let problem = format!("{word:?} is neither a role nor desk:ID");
                return Err(invalid(format!("contributing[{at}]"), problem));
            }
        }
        let mut names = BTreeSet::new();
        for (at, attribute) in self.attributes.iter().enumerate() {
            if let Some(problem) = attribute.problem() {
                return Err(invalid(format!("attributes[{at}]"), problem));
            }
            if !names.insert(&attribute.name) {
                return Err(invalid(format!("attributes[{at}].name"), "stands there twice"));
            }
        }
        Ok(())
    }
}

impl Define {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        self.definition.checked()?;
        if !state.retired && state.definition.as_ref() == Some(&self.definition) {
            return Ok(vec![]);
        }
        Ok(vec![Event::Defined(Box::new(Defined { definition: self.definition }))])
    }
}

impl Defined {
    pub(super) fn evolve(&self, _state: State) -> State {
        State { definition: Some(self.definition.clone()), retired: false }
    }

    pub(super) fn encode(&self) -> Encoded {
        let it = &self.definition;
        proto::public(&pb::RequestTypeDefined {
            request_type_id: it.id.to_string(),
            name: it.name.clone(),
            category: it.category.clone(),
            accountable_role: proto::text(it.accountable_role.as_ref()),
            contributing: it.contributing.clone(),
            default_priority: proto::text(it.default_priority.as_ref()),
            attributes: it.attributes.iter().map(to_wire).collect(),
            confidentiality: confidentiality_to_wire(it.confidentiality),
            external_keys: it.external_keys.clone(),
        })
    }

    pub(super) fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        const NAME: &str = "request_type.defined";
        let it: pb::RequestTypeDefined = proto::message(NAME, payload)?;
        let confidentiality = confidentiality_from_wire(it.confidentiality);
        let attributes = it.attributes.into_iter().map(from_wire);
        Ok(Self {
            definition: Definition {
                id: proto::parsed(NAME, "request_type_id", &it.request_type_id)?,
                name: it.name,
                category: it.category,
                accountable_role: proto::optional(NAME, "accountable_role", &it.accountable_role)?,
                contributing: it.contributing,
                default_priority: proto::optional(NAME, "default_priority", &it.default_priority)?,
                attributes: proto::required(NAME, "attributes", attributes.collect())?,
                confidentiality: proto::required(NAME, "confidentiality", confidentiality)?,
                external_keys: it.external_keys,
            },
        })
    }
}

fn to_wire(attribute: &Attribute) -> pb::Attribute {
    pb::Attribute {
        name: attribute.name.clone(),
        kind: attribute.kind.to_wire(),
        required: attribute.required,
        published: attribute.published,
        choices: attribute.choices.clone(),
    }
}

fn from_wire(attribute: pb::Attribute) -> Option<Attribute> {
    Some(Attribute {
        kind: AttributeKind::from_wire(attribute.kind)?,
        name: attribute.name,
        required: attribute.required,
        published: attribute.published,
        choices: attribute.choices,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use kernel::{EventCodec, Timestamp, scenario::given};

    use super::*;
    use crate::request_type::{Command, RequestType};

    pub(crate) fn attribute(name: &str, kind: AttributeKind) -> Attribute {
        Attribute { name: name.into(), kind, required: false, published: false, choices: vec![] }
    }

    pub(crate) fn a_definition() -> Definition {
        Definition {
            id: RequestTypeId::try_new("PRC1").unwrap(),
            name: "Purchase order".into(),
            category: vec!["procurement".into()],
            accountable_role: Some(Role::Budget),
            contributing: vec!["desk:PROC".into()],
            default_priority: Some(Priority::P3),
            attributes: vec![
                Attribute { required: true, ..attribute("vendor", AttributeKind::Text) },
                Attribute { published: true, ..attribute("amount", AttributeKind::Amount) },
            ],
            confidentiality: Confidentiality::None,
            external_keys: BTreeMap::new(),
        }
    }

    fn define(definition: Definition) -> Command {
        Command::Define(Box::new(Define { definition }))
    }

    fn defined(definition: Definition) -> Event {
        Event::Defined(Box::new(Defined { definition }))
    }

    #[test]
    fn the_same_definition_again_changes_nothing() {
        given::<RequestType>([])
            .when(Timestamp::UNIX_EPOCH, define(a_definition()))
            .then([defined(a_definition())]);
        given::<RequestType>([defined(a_definition())])
            .when(Timestamp::UNIX_EPOCH, define(a_definition()))
            .then([]);
    }

    #[test]
    fn published_free_text_is_refused() {
        let mut definition = a_definition();
        definition.attributes[0].published = true;
        let problem = "cannot be published: free text never leaves the service; use another kind";
        given::<RequestType>([])
            .when(Timestamp::UNIX_EPOCH, define(definition))
            .refused(invalid("attributes[0]", problem));
    }

    #[test]
    fn an_unknown_contributor_and_an_attribute_twice_are_refused() {
        let mut twice = a_definition();
        twice.attributes[1].name = "vendor".into();
        let mut unknown = a_definition();
        unknown.contributing.push("the boss".into());
        for (definition, field) in [(twice, "attributes[1].name"), (unknown, "contributing[1]")] {
            let refusal = Define { definition }.decide(&State::default()).unwrap_err();
            assert!(matches!(refusal, Refusal::InvalidDefinition { field: at, .. } if at == field));
        }
    }

    #[test]
    fn a_definition_survives_the_wire() {
        let event = defined(a_definition());
        let bytes = event.encode();
        assert_eq!(Event::decode("defined", 1, &bytes.payload, None), Ok(event));
    }
}
