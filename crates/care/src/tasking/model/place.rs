//! What kind of place a location is, and what kind of way leads from one to the next.
//!
//! Refuses: coordinates. A place is a node in a net of walks, and people are known by zone only.

use super::coded::coded;

coded! {
    /// What a location is used for.
    pub enum PlaceKind {
        Ward = "WARD" => "Ward",
        Emergency = "EMERGENCY" => "Emergency department",
        Theatre = "THEATRE" => "Theatre",
        Imaging = "IMAGING" => "Imaging",
        Clinic = "CLINIC" => "Clinic or treatment room",
        Laboratory = "LABORATORY" => "Laboratory",
        Pharmacy = "PHARMACY" => "Pharmacy",
        Stores = "STORES" => "Stores",
        Lounge = "LOUNGE" => "Discharge lounge",
        Lodge = "LODGE" => "Staff base",
        Entrance = "ENTRANCE" => "Entrance",
        Mortuary = "MORTUARY" => "Mortuary",
        /// A lift lobby or a crossing: walked through, never asked for.
        Junction = "JUNCTION" => "Junction",
        Other = "OTHER" => "Other place",
    }
}

impl PlaceKind {
    /// Whether work can be asked from or to here.
    pub fn is_destination(self) -> bool {
        self != Self::Junction
    }
}

coded! {
    /// How one gets from a location to its neighbour.
    pub enum Way {
        Corridor = "CORRIDOR" => "Corridor",
        Lift = "LIFT" => "Lift",
        /// Nobody takes a patient on wheels or a trolley here.
        Stairs = "STAIRS" => "Stairs",
        Outside = "OUTSIDE" => "Outside",
    }
}
