//! Roles and services that a new instance begins with. The matrix on `/roles` is made from these.

use care::tasking::events as tasking;
use trust::identity::{
    Identity, events as identity,
    founding::{ADMINISTRATOR, BuiltInAccount, FirstRole, Founding},
    permit::Action,
};

use crate::web::assurance::events as assurance;

/// The service that lets people in.
pub const DOOR: &str = "door";
/// The service that asks the right and nearest person.
pub const DISPATCHER: &str = "dispatcher";
/// The service that feeds the live boards.
pub const BOARD: &str = "board";
/// The service that tries the promises every hour.
pub const PROVER: &str = "prover";
/// The services of a running server.
pub const SERVICES: [&str; 4] = [DOOR, DISPATCHER, BOARD, PROVER];
/// Whoever holds the root secret and types a command at the machine. Not at work while the instance
/// is served.
pub const OPERATOR: &str = "operator";

/// The role of whoever asks for work.
pub const REQUESTER: &str = "Requester";
/// The role of whoever does the work.
pub const HANDLER: &str = "Handler";
/// The role of whoever keeps the work flowing.
pub const COORDINATOR: &str = "Coordinator";
/// The role of whoever checks the promises.
pub const AUDITOR: &str = "Auditor";

/// What a new instance begins with.
#[must_use]
pub fn founding(administrator: &str) -> Founding {
    Founding {
        services: services(),
        roles: vec![
            requester(),
            handler(),
            coordinator(),
            administrator_role(),
            auditor(),
        ],
        administrator: administrator.to_owned(),
    }
}

fn services() -> Vec<BuiltInAccount> {
    let dispatcher = vec![
        tasking::StartDispatch::NAME,
        tasking::OfferTask::NAME,
        tasking::ExpireOffer::NAME,
        tasking::ReleaseTask::NAME,
        tasking::UndoImport::NAME,
    ];
    vec![
        BuiltInAccount {
            name: DOOR,
            purpose: "Lets people in, counts failed attempts, ends sessions",
            permissions: Identity::door_permissions(),
        },
        BuiltInAccount {
            name: DISPATCHER,
            purpose: "Asks the right and nearest person, takes offers back after their time",
            permissions: dispatcher,
        },
        BuiltInAccount {
            name: BOARD,
            purpose: "Reads the board once for all who watch it",
            permissions: vec![tasking::WatchBoard::NAME],
        },
        BuiltInAccount {
            name: PROVER,
            purpose: "Tries the promises every hour and records what came of it",
            permissions: vec![assurance::ProveControl::NAME],
        },
        BuiltInAccount {
            name: OPERATOR,
            purpose: "Commands at the machine itself, with the root secret, while nobody is served",
            permissions: vec![
                identity::DeclareRecovery::NAME,
                identity::EraseAccount::NAME,
                tasking::EraseWorker::NAME,
            ],
        },
    ]
}

/// What everybody may do for themselves.
const OWN: [&str; 2] = [identity::AcceptTerms::NAME, identity::EndSession::NAME];

fn requester() -> FirstRole {
    let mut permissions = vec![
        tasking::RequestTask::NAME,
        tasking::HoldTask::NAME,
        tasking::ReadyTask::NAME,
        tasking::CancelTask::NAME,
        tasking::ViewTask::NAME,
        tasking::ViewBoard::NAME,
        tasking::WatchBoard::NAME,
    ];
    permissions.extend(OWN);
    let purpose = "Nurses and ward clerks: ask for work, say when it is ready, see who comes";
    FirstRole {
        name: REQUESTER,
        purpose,
        permissions,
    }
}

fn handler() -> FirstRole {
    let mut permissions = vec![
        tasking::ViewOwnWork::NAME,
        tasking::AcceptOffer::NAME,
        tasking::DeclineOffer::NAME,
        tasking::SetOffTask::NAME,
        tasking::ArriveTask::NAME,
        tasking::DepartTask::NAME,
        tasking::ReachDropTask::NAME,
        tasking::CompleteTask::NAME,
        tasking::PauseTask::NAME,
        tasking::ResumeTask::NAME,
        tasking::HandBackTask::NAME,
        tasking::AbortTask::NAME,
        tasking::StartShift::NAME,
        tasking::EndShift::NAME,
        tasking::StartBreak::NAME,
        tasking::EndBreak::NAME,
        tasking::ChangeAvailability::NAME,
    ];
    permissions.extend(OWN);
    let purpose = "Porters and cleaners: one offer at a time, their own job, their own day";
    FirstRole {
        name: HANDLER,
        purpose,
        permissions,
    }
}

fn coordinator() -> FirstRole {
    let mut permissions = vec![
        tasking::ViewBoard::NAME,
        tasking::WatchBoard::NAME,
        tasking::ViewTask::NAME,
        tasking::RequestTask::NAME,
        tasking::ApproveTask::NAME,
        tasking::RejectTask::NAME,
        tasking::HoldTask::NAME,
        tasking::ReadyTask::NAME,
        tasking::CancelTask::NAME,
        tasking::AssignTask::NAME,
        tasking::RecallTask::NAME,
        tasking::VerifyTask::NAME,
        tasking::ViewPeople::NAME,
        tasking::ViewPlaces::NAME,
        tasking::StartShift::NAME,
        tasking::EndShift::NAME,
        tasking::StartBreak::NAME,
        tasking::EndBreak::NAME,
        tasking::ChangeAvailability::NAME,
    ];
    permissions.extend(OWN);
    let purpose = "Controllers: the live board, whom to ask instead, breaks and shifts";
    FirstRole {
        name: COORDINATOR,
        purpose,
        permissions,
    }
}

fn administrator_role() -> FirstRole {
    let mut permissions = vec![
        tasking::ViewPlaces::NAME,
        tasking::ViewPeople::NAME,
        tasking::ViewTaskTypes::NAME,
        tasking::SaveTaskType::NAME,
        tasking::ViewTeams::NAME,
        tasking::SaveTeam::NAME,
        tasking::CloseTeam::NAME,
        tasking::ImportRows::NAME,
        tasking::UndoImport::NAME,
        tasking::LinkWorker::NAME,
        tasking::EraseWorker::NAME,
        identity::InviteAccount::NAME,
        identity::RenewCode::NAME,
        identity::DisableAccount::NAME,
        identity::EraseAccount::NAME,
        identity::GrantRole::NAME,
        identity::WithdrawRole::NAME,
        identity::ViewAccounts::NAME,
        identity::ViewRoles::NAME,
        assurance::ViewControls::NAME,
        assurance::ProveControl::NAME,
    ];
    permissions.extend(OWN);
    let purpose = "Sets up places, people and kinds of work, and says who may do what";
    FirstRole {
        name: ADMINISTRATOR,
        purpose,
        permissions,
    }
}

fn auditor() -> FirstRole {
    let mut permissions = vec![
        assurance::ViewControls::NAME,
        assurance::ProveControl::NAME,
        assurance::ViewLog::NAME,
        identity::ViewRoles::NAME,
        identity::ViewAccounts::NAME,
    ];
    permissions.extend(OWN);
    let purpose = "Information governance and auditors: promises, their proofs, and the log";
    FirstRole {
        name: AUDITOR,
        purpose,
        permissions,
    }
}
