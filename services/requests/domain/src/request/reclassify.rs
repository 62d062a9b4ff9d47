//! Reclassifying: the request asks for something else than was thought. All that its type says is said anew; the team that
//! holds it stays, and so does the priority, unless another is given.
//!
//! A reclassification never lets more people read it by itself: the stricter confidentiality of the two stands. The words
//! of [`Confidentiality`] are in the order of who may read: each lets in nobody whom the one before it keeps out.

use std::collections::BTreeMap;

use kernel::{Confidentiality, DecodeError, Encoded, Priority, RequestTypeId, Role};
use wire::schoolside::requests::v1 as pb;

use super::{Event, Facts, OpenedText, Refusal, State, Verb};
use crate::{
    proto,
    request_type::{self, Checked, Definition},
    words::ReclassifyReason,
};

/// Asks to reclassify a request. The new type was looked up before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reclassify {
    /// The new type's definition now.
    pub definition: Definition,
    /// Whether the new type is retired.
    pub retired: bool,
    /// What was filled in.
    pub attributes: BTreeMap<String, String>,
    /// The priority from now on; `None` leaves it.
    pub priority: Option<Priority>,
    /// Whether it becomes as little confidential as the new type. Whether the caller may say so was seen before.
    pub lower_confidentiality: bool,
    /// Why.
    pub reason: ReclassifyReason,
    /// A note for colleagues.
    pub note: Option<String>,
}

/// It asks for something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reclassified {
    /// The new type.
    pub request_type: RequestTypeId,
    /// Its category path, widest first.
    pub category: Vec<String>,
    /// Who may read it from now on.
    pub confidentiality: Confidentiality,
    /// Who answers for the new type.
    pub accountable_role: Option<Role>,
    /// Who contributes by the new type's definition.
    pub contributing: Vec<String>,
    /// The values of published attributes.
    pub attributes: BTreeMap<String, String>,
    /// The type before.
    pub previous_type: RequestTypeId,
    /// The priority from now on.
    pub priority: Option<Priority>,
    /// The priority before.
    pub previous_priority: Option<Priority>,
    /// Why.
    pub reason: ReclassifyReason,
    /// A note for colleagues, unless destroyed or out of reach.
    pub note: Option<String>,
    /// The values of attributes that are not published, unless destroyed or out of reach.
    pub private_attributes: BTreeMap<String, String>,
}

impl Reclassify {
    pub(super) fn decide(self, state: &State) -> Result<Vec<Event>, Refusal> {
        state.must_be_open(Verb::Reclassify)?;
        let facts = state.facts.as_ref().ok_or(Refusal::NotOpened)?;
        let Definition { id, .. } = &self.definition;
        if *id == facts.request_type {
            return Err(Refusal::TypeUnchanged(id.clone()));
        }
        if self.retired {
            return Err(Refusal::TypeRetired(id.clone()));
        }
        let values = self.values(state, facts)?;
        Ok(vec![Event::Reclassified(Box::new(self.reclassified(state, facts, values)))])
    }

    /// What was filled in, and what the request brings along.
    fn values(&self, state: &State, facts: &Facts) -> Result<Checked, Refusal> {
        let none = BTreeMap::new();
        let private = state.text.as_ref().map_or(&none, |text| &text.attributes);
        let mut values = request_type::carried(&self.definition, &facts.attributes, private);
        values.extend(self.attributes.clone());
        Ok(request_type::check(&self.definition, &values)?)
    }

    fn reclassified(self, state: &State, facts: &Facts, values: Checked) -> Reclassified {
        let Definition { id, category, accountable_role, contributing, confidentiality, .. } =
            self.definition;
        Reclassified {
            request_type: id,
            category,
            confidentiality: if self.lower_confidentiality {
                confidentiality
            } else {
                confidentiality.max(facts.confidentiality)
            },
            accountable_role,
            contributing,
            attributes: values.published,
            previous_type: facts.request_type.clone(),
            priority: self.priority.or(state.priority),
            previous_priority: state.priority,
            reason: self.reason,
            note: self.note,
            private_attributes: values.private,
        }
    }
}

impl Reclassified {
    pub(super) fn evolve(&self, state: State) -> State {
        let prioritized = state.prioritized || self.priority != state.priority;
        let was_idea = state.looks_are_kept();
        let attributes = self.private_attributes.clone();
        let text = match state.text.clone() {
            Some(text) => Some(OpenedText { attributes, ..text }),
            None => {
                (!attributes.is_empty()).then(|| OpenedText { attributes, ..OpenedText::default() })
            }
        };
        let state = state.corrected(|facts| Facts {
            request_type: self.request_type.clone(),
            category: self.category.clone(),
            confidentiality: self.confidentiality,
            accountable_role: self.accountable_role,
            contributing: self.contributing.clone(),
            attributes: self.attributes.clone(),
            ..facts
        });
        State {
            text,
            priority: self.priority,
            prioritized,
            contributing: self.contributing.clone(),
            reclassified_at: state.version,
            was_idea,
            ..state
        }
    }

    pub(super) fn encode(&self) -> Encoded {
        let message = pb::RequestReclassified {
            request_type_id: self.request_type.to_string(),
            category: self.category.clone(),
            confidentiality: self.confidentiality.to_string(),
            accountable_role: proto::text(self.accountable_role.as_ref()),
            contributing: self.contributing.clone(),
            attributes: self.attributes.clone(),
            previous_request_type_id: self.previous_type.to_string(),
            priority: proto::text(self.priority.as_ref()),
            previous_priority: proto::text(self.previous_priority.as_ref()),
            reason: self.reason.to_string(),
        };
        let typed = self.note.is_some() || !self.private_attributes.is_empty();
        let private = typed.then(|| pb::RequestReclassifiedPrivate {
            note: self.note.clone().unwrap_or_default(),
            attributes: self.private_attributes.clone(),
        });
        proto::with_private(&message, private)
    }

    pub(super) fn decode(payload: &[u8], private: Option<&[u8]>) -> Result<Self, DecodeError> {
        const NAME: &str = "request.reclassified";
        let it: pb::RequestReclassified = proto::message(NAME, payload)?;
        let private: Option<pb::RequestReclassifiedPrivate> = proto::private(NAME, private)?;
        let private = private.unwrap_or_default();
        let previous = &it.previous_request_type_id;
        Ok(Self {
            request_type: proto::parsed(NAME, "request_type_id", &it.request_type_id)?,
            category: it.category,
            confidentiality: proto::parsed(NAME, "confidentiality", &it.confidentiality)?,
            accountable_role: proto::optional(NAME, "accountable_role", &it.accountable_role)?,
            contributing: it.contributing,
            attributes: it.attributes,
            previous_type: proto::parsed(NAME, "previous_request_type_id", previous)?,
            priority: proto::optional(NAME, "priority", &it.priority)?,
            previous_priority: proto::optional(NAME, "previous_priority", &it.previous_priority)?,
            reason: proto::parsed(NAME, "reason", &it.reason)?,
            note: proto::filled(private.note),
            private_attributes: private.attributes,
        })
    }
}

#[cfg(test)]
#[path = "reclassify_tests.rs"]
mod tests;
