//! The words of the help pages, all in one place so that they can be read in one go.
//!
//! Short sentences, common words, no blame. A text speaks only of what is there. Next: `help`,
//! which draws them.

use crate::web::parts::states::TaskState;

/// One help page.
pub struct Topic {
    /// Its name in the address.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// What it is about, in one sentence.
    pub about: &'static str,
    /// What the page shows.
    pub see: &'static [&'static str],
    /// States that stand on the page, with their meaning.
    pub words: &'static [(TaskState, &'static str)],
    /// Questions and answers.
    pub how: &'static [(&'static str, &'static str)],
    /// Keys and what they do.
    pub keys: &'static [(&'static str, &'static str)],
}

const EMPTY: Topic = Topic {
    name: "",
    title: "",
    about: "",
    see: &[],
    words: &[],
    how: &[],
    keys: &[],
};

/// All help pages, in the order of the list.
pub const TOPICS: &[Topic] = &[
    BOARD, PLAN, TASK, ASK, PHONE, PEOPLE, PLACES, TEAMS, TASK_TYPES, IMPORT, DISPATCH, CONTROLS,
    LOG, VERIFY, ROLES, ACCOUNTS, SIGN_IN, PRIVACY, PROBLEMS, QUARANTINE, DOWN, ALL,
];

const BOARD: Topic = Topic {
    name: "board",
    title: "the board",
    about: "Every task that is not over yet, what breaches first at the top.",
    see: &[
        "Each row is a task. The clock starts when the ward says ready, and never starts again \
         if someone hands a task back.",
        "The board changes by itself. A row that changed is tinted for two seconds, and no row \
         moves while your pointer or your keyboard is on the list.",
        "People stand in the order of their shift. A zone is shown, never a point.",
    ],
    words: &[
        (TaskState::Queued, "nobody has it yet"),
        (TaskState::Offered, "one person is being asked"),
        (TaskState::EnRoute, "someone is walking there"),
        (TaskState::InTransit, "the patient or thing is on the way"),
        (TaskState::Paused, "started, and something is missing"),
        (TaskState::Held, "the ward will say when"),
    ],
    how: &[
        (
            "give a task to someone myself?",
            "Open the task and press Assign. Say who and why; the reason stands in the log.",
        ),
        (
            "see why someone was chosen?",
            "Open the task: the reason stands in the middle, with who else was thought about.",
        ),
        (
            "know whether what I see is current?",
            "The line at the foot says Live. If the connection is lost, a yellow bar says since \
             when, and the board tries again by itself.",
        ),
    ],
    keys: &[
        ("J K", "next, previous"),
        ("Enter", "open"),
        ("A", "assign"),
        ("H", "hold"),
        ("G", "plan or list"),
        ("N", "ask"),
        ("/", "find"),
        ("?", "this help"),
    ],
};

const PLAN: Topic = Topic {
    name: "plan",
    title: "the plan",
    about: "The same tasks by zone: how many wait where, and who is there.",
    see: &[
        "Choose a level at the left and a zone in the middle. Its tasks stand at the right.",
        "People stand in their zone with their initials. There is no point and no trail.",
    ],
    keys: &[("G", "list"), ("?", "this help")],
    ..EMPTY
};

const TASK: Topic = Topic {
    name: "task",
    title: "a task",
    about: "When it will be done, what happened so far, and why this person.",
    see: &[
        "The two times are a promise with “about” in it; they move when something happens.",
        "The time line says every step. Each is an entry of the log.",
        "A patient's name is not on this page.",
    ],
    words: &[
        (TaskState::Held, "the clock has not started"),
        (
            TaskState::Paused,
            "the reason says whether the ward's clock stands",
        ),
        (TaskState::Cancelled, "stopped before anyone was there"),
        (TaskState::Aborted, "stopped after someone was there"),
    ],
    how: &[
        (
            "cancel a task?",
            "Press Cancel task and choose a reason. Whoever has it is told at once.",
        ),
        (
            "take a task back from someone?",
            "Press Recall. It goes back into the queue, and its clock runs on.",
        ),
        (
            "understand “someone was quicker”?",
            "The task changed while you looked at it. Nothing was overwritten; look again.",
        ),
    ],
    ..EMPTY
};

const ASK: Topic = Topic {
    name: "ask",
    title: "asking for a task",
    about: "Four touches: what, where from, where to, ask.",
    see: &[
        "What is usual on your ward is chosen already.",
        "Say bed or initials, never a full name.",
    ],
    how: &[
        (
            "ask when the patient is not ready?",
            "Choose Not ready yet. The task stands on the board, and its clock starts when you \
             open it and press Ready to move.",
        ),
        (
            "ask for a time?",
            "Choose At a time, at least 30 minutes ahead. Someone is sent so that they arrive \
             by then.",
        ),
        (
            "ask for oxygen, an escort or a second person?",
            "Open Needs and a message and tick what is needed.",
        ),
    ],
    ..EMPTY
};

const PHONE: Topic = Topic {
    name: "phone",
    title: "my job",
    about: "One job at a time, one button for the next step.",
    see: &[
        "A new job comes by itself. The ring shows how long there is to answer.",
        "No answer has no consequence: someone else is asked.",
        "My day is yours alone. Nobody compares it with anyone's.",
    ],
    how: &[
        (
            "take a break?",
            "Press Break. Nobody is shown how long it lasts, and you are offered nothing \
             until you press I am back.",
        ),
        (
            "be away for a moment?",
            "Press Away. It has no reason and no clock, and is not reported.",
        ),
        (
            "wait because the patient is not ready?",
            "Press Pause and touch the reason. The ward is told at once.",
        ),
        (
            "go on without signal?",
            "Carry on. The step you press is kept on the phone and sent when the signal is \
             back. For anything urgent use the radio.",
        ),
    ],
    ..EMPTY
};

const PEOPLE: Topic = Topic {
    name: "people",
    title: "people",
    about: "Who is on shift, what they are trained for, and what they are doing.",
    see: &[
        "People stand in the order of their shift. No figure about anyone's work is shown.",
        "Away means away. It has no reason and no time.",
    ],
    ..EMPTY
};

const PLACES: Topic = Topic {
    name: "places",
    title: "places",
    about: "Where work starts and ends, and how long it takes to walk between.",
    how: &[(
        "change a walking time?",
        "Correct it in your list of ways and import the list again. Tasks from then on use it.",
    )],
    ..EMPTY
};

const TEAMS: Topic = Topic {
    name: "teams",
    title: "teams",
    about: "Who does which work: every kind of work and every porter belongs to one team.",
    see: &[
        "A team is closed and never removed. What it did stays on record.",
        "Nobody can ask a closed team for work. Saving it opens it again.",
    ],
    how: &[
        (
            "close a team?",
            "Press Close beside it. That works once it has no open tasks and nobody is on shift.",
        ),
        (
            "put somebody into another team?",
            "Correct the team in your list of people and import the list again.",
        ),
    ],
    ..EMPTY
};

const TASK_TYPES: Topic = Topic {
    name: "task-types",
    title: "task types",
    about: "What can be asked for, and within how many minutes it should be done.",
    see: &["A changed target holds for tasks asked from then on. Open tasks keep theirs."],
    ..EMPTY
};

const IMPORT: Topic = Topic {
    name: "import",
    title: "importing",
    about: "Bring in places, ways, people, shifts and tasks as your systems export them.",
    see: &[
        "First a dry run: it says what would be added and changed, and each bad line with its \
         number. Nothing is imported while any line is bad.",
    ],
    how: &[(
        "import a file with other column names?",
        "The second step shows our fields with a guess for each. Choose the right column where \
         the guess is wrong.",
    )],
    ..EMPTY
};

const DISPATCH: Topic = Topic {
    name: "dispatch",
    title: "how tasks are shared out",
    about: "The nearest right person who is free, by rules anyone may read.",
    see: &[
        "A person must be on shift, free, and trained for what the task needs.",
        "Among those, priority, the time the task is due and the walk decide.",
        "Health restrictions are kept to but never shown. Breaks are never interrupted.",
        "Each offer says why this person, and who else was thought about.",
    ],
    ..EMPTY
};

const CONTROLS: Topic = Topic {
    name: "controls",
    title: "controls",
    about: "Every promise made about security and privacy, and the evidence for it.",
    see: &[
        "Proved means there is fresh evidence. Stale means the evidence is too old or missing.",
        "Not built means that nothing keeps the promise yet. It is never shown as green.",
        "Enforced: the software does it. Witnessed: the software sees it. Recorded: a person \
         says it.",
    ],
    ..EMPTY
};

const LOG: Topic = Topic {
    name: "log",
    title: "the log",
    about: "Everything that anyone did or looked at, in an order nobody can change unseen.",
    see: &[
        "Each entry is chained to all before it. Signed marks of where the log stood are kept \
         in places that this server cannot change.",
        "Looking at personal data is an entry too, and so is a refusal.",
        "There is no way to remove an entry. Erasing a person destroys their key, so that \
         nobody can read what the entries held.",
    ],
    ..EMPTY
};

const VERIFY: Topic = Topic {
    name: "verify",
    title: "checking the log yourself",
    about: "Nobody has to trust this server.",
    how: &[
        (
            "check the whole instance?",
            "On a copy of its folder run: almoner verify DIR --anchors PATH. It only reads. \
             0 means intact, 1 names what was touched, 2 means it could not check.",
        ),
        (
            "check it with other people's software?",
            "The log can be exported as tiles in a published format. A short second verifier in \
             plain Python comes with the source.",
        ),
    ],
    ..EMPTY
};

const ROLES: Topic = Topic {
    name: "roles",
    title: "roles",
    about: "What each role may do, and on whose records.",
    see: &[
        "What is not allowed is forbidden. A role given for one ward holds there only.",
        "A right that is withdrawn counts from that second, also for work already open.",
    ],
    ..EMPTY
};

const ACCOUNTS: Topic = Topic {
    name: "accounts",
    title: "accounts",
    about: "Who can sign in, with which roles, and where.",
    how: &[
        (
            "give someone an account?",
            "Press New account. The first code is shown once; hand it over in person.",
        ),
        (
            "close the account of someone who leaves?",
            "Press Close. They are signed out everywhere at once.",
        ),
        (
            "erase someone who has left?",
            "Close the account first, then press Erase. Their name goes for ever; the log keeps a \
             number.",
        ),
    ],
    ..EMPTY
};

const SIGN_IN: Topic = Topic {
    name: "sign-in",
    title: "signing in",
    about: "With your work email or staff number, and your password.",
    how: &[
        (
            "sign in for the first time?",
            "Choose “I have a first code” and use the code you were handed.",
        ),
        (
            "get in when I forgot my password?",
            "Ask whoever looks after accounts for a new first code.",
        ),
        (
            "choose a good password?",
            "Three or four words that do not belong together. No rules about digits or signs.",
        ),
        (
            "work at a shared computer?",
            "Leave the tick at “This is a shared ward computer”. It signs you out sooner.",
        ),
    ],
    ..EMPTY
};

const PRIVACY: Topic = Topic {
    name: "privacy",
    title: "staff privacy",
    about: "What Almoner knows about people who work with it, and what it does not.",
    see: &[
        "It knows the zone you were last in, only while you are on shift. It keeps no trail.",
        "It never ranks anyone and shows nobody how long a break lasted.",
        "Away has no reason and no clock.",
        "Your day is shown to you alone.",
    ],
    ..EMPTY
};

const PROBLEMS: Topic = Topic {
    name: "problems",
    title: "when something is wrong",
    about: "Each page says what happened, why, and the way on.",
    see: &[
        "Someone was quicker: it changed while you looked at it. Nothing was overwritten.",
        "Busy: nothing of yours was done. Try again in a moment.",
        "An incident number helps whoever runs Almoner to find what happened.",
    ],
    ..EMPTY
};

const QUARANTINE: Topic = Topic {
    name: "quarantine",
    title: "when Almoner only reads",
    about: "The log and its anchors do not agree, so nothing may be changed.",
    see: &[
        "Everything can still be looked at. Work goes on by radio and paper; print the board.",
        "Whoever runs Almoner finds the reason on every page and checks with almoner verify.",
    ],
    ..EMPTY
};

const DOWN: Topic = Topic {
    name: "down",
    title: "carrying on without Almoner",
    about: "Patients still have to be moved.",
    see: &[
        "Print the board while it is there: it fits one sheet and says destroy after use.",
        "Use the radio or the phone to control. Write down what was asked and when.",
        "What is written down can be imported afterwards as tasks.",
    ],
    ..EMPTY
};

const ALL: Topic = Topic {
    name: "all",
    title: "all pages",
    about: "Choose what you need help with.",
    see: &["Every page has its own help behind the question mark at the top."],
    ..EMPTY
};
