//! Why work was declined, paused, cancelled or stopped: short lists that a gloved thumb can choose
//! from, so that no free text about patients or colleagues is needed.
//!
//! Refuses: a reason for going away. There is none in any list, because nobody is asked.
//! Which pause stops the ward's clock follows `reference/tasking.md` 3.3.

use crate::tasking::model::coded::coded;

coded! {
    /// To whom the time of a reason is counted.
    pub enum ReasonGroup {
        /// The ward that asked.
        Ward = "WARD" => "Ward",
        /// The pool of chairs, trolleys and beds.
        Equipment = "EQUIPMENT" => "Equipment",
        /// Lifts, doors and corridors.
        Estate = "ESTATE" => "Lifts and doors",
        /// The place that receives the patient or the item.
        Receiving = "RECEIVING" => "Receiving department",
        /// The patient's state.
        Clinical = "CLINICAL" => "Patient's condition",
        /// Infection prevention and control.
        Infection = "INFECTION" => "Infection control",
        /// The service's own staff.
        Workforce = "WORKFORCE" => "Staff",
        /// Signal, map and device.
        System = "SYSTEM" => "System",
        /// A person's own answer to an offer.
        Answer = "ANSWER" => "Own answer",
    }
}

coded! {
    /// Why a task stands still for a while.
    pub enum PauseReason {
        NotReady = "NOT_READY" => "Patient not ready",
        WithClinician = "WITH_CLINICIAN" => "With a doctor or nurse",
        Eating = "EATING" => "Eating",
        Toilet = "TOILET" => "At the toilet",
        PapersMissing = "PAPERS_MISSING" => "Notes or medicine missing",
        NoNurseEscort = "NO_NURSE_ESCORT" => "No nurse to come along",
        WrongDetails = "WRONG_DETAILS" => "Wrong details",
        NotInBedSpace = "NOT_IN_BED_SPACE" => "Not in the bed space",
        NoChairTrolleyBed = "NO_CHAIR_TROLLEY_BED" => "No chair, trolley or bed",
        OxygenEmpty = "OXYGEN_EMPTY" => "Oxygen cylinder empty",
        NoDripStand = "NO_DRIP_STAND" => "No drip stand",
        NoBariatricKit = "NO_BARIATRIC_KIT" => "No bariatric equipment",
        NoHoist = "NO_HOIST" => "No hoist",
        LiftTrouble = "LIFT_TROUBLE" => "Lift out of order or queue",
        CorridorBlocked = "CORRIDOR_BLOCKED" => "Corridor blocked",
        DoorLocked = "DOOR_LOCKED" => "Door will not open",
        DepartmentNotReady = "DEPARTMENT_NOT_READY" => "Department not ready",
        SlotOverrun = "SLOT_OVERRUN" => "Slot running late",
        Unwell = "UNWELL" => "Patient unwell",
        Refuses = "REFUSES" => "Patient does not want to go",
        OneToOneNeeded = "ONE_TO_ONE_NEEDED" => "Someone must stay with the patient",
        NoProtectiveKit = "NO_PROTECTIVE_KIT" => "No protective kit at the door",
        SideRoomClean = "SIDE_ROOM_CLEAN" => "Side room not yet clean",
        SecondPersonAwaited = "SECOND_PERSON_AWAITED" => "Waiting for the second person",
        HandlingConcern = "HANDLING_CONCERN" => "Not safe to lift or push",
        NoSignal = "NO_SIGNAL" => "No signal",
        WrongMap = "WRONG_MAP" => "Place is wrong on the map",
        DeviceFault = "DEVICE_FAULT" => "Device fault",
    }
}

impl PauseReason {
    /// To whom the waiting time is counted.
    pub fn group(self) -> ReasonGroup {
        use PauseReason as Why;
        match self {
            Why::NotReady | Why::WithClinician | Why::Eating | Why::Toilet => ReasonGroup::Ward,
            Why::PapersMissing | Why::NoNurseEscort => ReasonGroup::Ward,
            Why::WrongDetails | Why::NotInBedSpace => ReasonGroup::Ward,
            Why::NoChairTrolleyBed | Why::OxygenEmpty | Why::NoDripStand => ReasonGroup::Equipment,
            Why::NoBariatricKit | Why::NoHoist => ReasonGroup::Equipment,
            Why::LiftTrouble | Why::CorridorBlocked | Why::DoorLocked => ReasonGroup::Estate,
            Why::DepartmentNotReady | Why::SlotOverrun => ReasonGroup::Receiving,
            Why::Unwell | Why::Refuses | Why::OneToOneNeeded => ReasonGroup::Clinical,
            Why::NoProtectiveKit | Why::SideRoomClean => ReasonGroup::Infection,
            Why::SecondPersonAwaited | Why::HandlingConcern => ReasonGroup::Workforce,
            Why::NoSignal | Why::WrongMap | Why::DeviceFault => ReasonGroup::System,
        }
    }

    /// Whether the time of this pause is taken out of the target.
    ///
    /// It is where the ward, the receiving department or the patient's state is what all wait for.
    /// Missing equipment runs on and is counted to the pool. Of the two infection reasons,
    /// protective kit is the ward's to keep at the door; the cleaning of a side room is our own
    /// work.
    pub fn stops_clock(self) -> bool {
        match self.group() {
            ReasonGroup::Ward | ReasonGroup::Receiving | ReasonGroup::Clinical => true,
            ReasonGroup::Infection => self == Self::NoProtectiveKit,
            ReasonGroup::Equipment | ReasonGroup::Estate | ReasonGroup::Workforce => false,
            ReasonGroup::System | ReasonGroup::Answer => false,
        }
    }
}

coded! {
    /// Why a person does not take, or gives back, a task. Nothing is counted against anybody.
    pub enum DeclineReason {
        NotTrained = "NOT_TRAINED" => "Not trained for this",
        /// Private: the person is never asked which.
        HealthRestriction = "HEALTH_RESTRICTION" => "I should not do this kind of work now",
        NotSafe = "NOT_SAFE" => "Not safe",
        EndOfShift = "END_OF_SHIFT" => "My shift ends",
        NearerColleague = "NEARER_COLLEAGUE" => "A colleague is nearer",
        Conflict = "CONFLICT" => "It clashes with what I am doing",
    }
}

coded! {
    /// Why a task is not wanted any more, before anyone has come for it.
    pub enum CancelReason {
        NoLongerNeeded = "NO_LONGER_NEEDED" => "No longer needed",
        AskedTwice = "ASKED_TWICE" => "Asked twice",
        WrongRequest = "WRONG_REQUEST" => "Wrong request",
        PatientUnwell = "PATIENT_UNWELL" => "Patient unwell",
        PatientRefuses = "PATIENT_REFUSES" => "Patient does not want to go",
        DoneByWard = "DONE_BY_WARD" => "Ward did it",
        SlotCancelled = "SLOT_CANCELLED" => "Department cancelled",
        PatientGone = "PATIENT_GONE" => "Patient has left",
        NotApproved = "NOT_APPROVED" => "Not approved",
    }
}

impl CancelReason {
    /// Where the reason arose.
    pub fn group(self) -> ReasonGroup {
        match self {
            Self::PatientUnwell | Self::PatientRefuses => ReasonGroup::Clinical,
            Self::SlotCancelled => ReasonGroup::Receiving,
            Self::NotApproved => ReasonGroup::Workforce,
            Self::NoLongerNeeded | Self::AskedTwice | Self::WrongRequest => ReasonGroup::Ward,
            Self::DoneByWard | Self::PatientGone => ReasonGroup::Ward,
        }
    }
}

coded! {
    /// Why a task was stopped after somebody had come for it.
    pub enum AbortReason {
        NotReady = "NOT_READY" => "Patient not ready, waited long enough",
        NotThere = "NOT_THERE" => "Nobody and nothing there",
        WrongDetails = "WRONG_DETAILS" => "Wrong details",
        Unwell = "UNWELL" => "Patient unwell",
        Refuses = "REFUSES" => "Patient does not want to go",
        NoEquipment = "NO_EQUIPMENT" => "Equipment not to be had",
        WayBlocked = "WAY_BLOCKED" => "No way through",
        NotReceived = "NOT_RECEIVED" => "Department would not receive",
        Incident = "INCIDENT" => "Something happened on the way",
        HandlingConcern = "HANDLING_CONCERN" => "Not safe to lift or push",
        DeviceFault = "DEVICE_FAULT" => "Device fault",
    }
}

impl AbortReason {
    /// To whom the stop is counted.
    pub fn group(self) -> ReasonGroup {
        match self {
            Self::NotReady | Self::NotThere | Self::WrongDetails => ReasonGroup::Ward,
            Self::Unwell | Self::Refuses | Self::Incident => ReasonGroup::Clinical,
            Self::NoEquipment => ReasonGroup::Equipment,
            Self::WayBlocked => ReasonGroup::Estate,
            Self::NotReceived => ReasonGroup::Receiving,
            Self::HandlingConcern => ReasonGroup::Workforce,
            Self::DeviceFault => ReasonGroup::System,
        }
    }
}

coded! {
    /// Why a coordinator calls a task back, or gives it to somebody of their own choice.
    pub enum OverrideReason {
        EmergencyCall = "EMERGENCY_CALL" => "Emergency call",
        MoreUrgent = "MORE_URGENT" => "More urgent work",
        KnowsPatient = "KNOWS_PATIENT" => "Knows the patient",
        AlreadyThere = "ALREADY_THERE" => "Already there",
        PlanChanged = "PLAN_CHANGED" => "Plan has changed",
        PersonUnavailable = "PERSON_UNAVAILABLE" => "Person cannot go on",
        TeachingPair = "TEACHING_PAIR" => "Working together to learn",
    }
}
