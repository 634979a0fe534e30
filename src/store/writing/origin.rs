//! The origin of a revision → its rows.

use super::Context;
use crate::store::origins::Origin;
use crate::store::rows::document::{NewBand, NewOrigin};

impl Context<'_> {
    pub(super) fn origin(&self, origin: &Origin) -> (Vec<NewOrigin>, Vec<NewBand>) {
        let (method, resemblance) = match origin.copied {
            Some((method, resemblance)) => (method.as_str(), resemblance),
            None => ("own", None),
        };
        let row = NewOrigin {
            origin_id: origin.id.0,
            method,
            resemblance,
            credit: origin.credit.clone(),
            source_key: origin.source_key.clone(),
        };
        (vec![row], origin.bands.iter().map(|&band| NewBand { band }).collect())
    }
}
