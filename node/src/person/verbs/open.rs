//! A collection that is opened to a supplier.

use regie_protocol::{
    Collection, Days, ObjectId,
    person::{Input, Opening},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Node, OnNode};
use crate::{command::Failure, driver::Turn, verb::Verb};

/// Opens a collection: the supplier may put items into it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// To whom, by name or key.
    pub supplier: String,
    /// Which collection.
    pub collection: Collection,
    /// For how long, one day at least.
    pub days: Days,
    /// Items in an hour, one at least.
    pub per_hour: u32,
    /// Items in all, one at least.
    pub items: u32,
}

/// It is open.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Opened {
    /// The grant.
    pub grant: Option<ObjectId>,
    /// To whom, by name.
    pub supplier: String,
    /// Which collection.
    pub collection: Collection,
}

impl Verb for Open {
    const NAME: &'static str = "open";
    type Answer = Opened;
}

impl OnNode for Open {
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Opened, Failure> {
        let Self { supplier, collection, days, per_hour, items } = self;
        let supplier = node.find_supplier(&supplier)?;
        if per_hour == 0 || items == 0 || days == Days(0) {
            return Err(Failure::usage("a collection is opened for one day, one item and one item an hour at least"));
        }
        let grant = node.give(Input::Open(&Opening { supplier, collection, duration: days, per_hour, items }), turn)?;
        Ok(Opened { grant: grant.granted, supplier: node.name_of(&supplier), collection })
    }
}
