//! Requests under the GDPR: who is asked for what, until when an answer is due, what comes next; noting what happened, filing
//! answers, and getting them out again; saying or writing what comes next. In: forms, files. Out: pages, bytes to save.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Request, State},
};
use regie_protocol::calendar::Date;

use super::{App, Fault, Page, Posted, Shown, Visitor, Words, files, go, not_taken, show, strange_form};
use crate::{
    case::{DEFAULT_DAYS, Due, Happened, NextOfCase, NextStep, Right, State as Stands, Step, Way},
    command::Failure,
    letter::Ground,
    person::verbs::{
        self, BegunCases, CaseDetail, CaseFile, CaseList, FileCase, HeldField, NewCase, NewCases, Organisations,
        PursueCases, Pursuit, Reach, ShownCase, ShownOrganisation,
    },
};

/// Organisations that the form shows.
const LISTED: usize = 500;

#[derive(Template)]
#[template(path = "cases.html")]
struct Cases {
    page: Page,
    list: CaseList,
}

#[derive(Template)]
#[template(path = "case_new.html")]
struct New {
    page: Page,
    /// What is asked for.
    right: Right,
    organisations: Vec<ShownOrganisation>,
    total: usize,
    /// Who would get it, once that was asked.
    preview: Option<BegunCases>,
    /// Fields that can be wrong there.
    fields: Vec<HeldField>,
    error: Option<String>,
}

impl New {
    fn is_about_fields(&self) -> bool {
        self.right == Right::Rectification
    }

    fn is_restriction(&self) -> bool {
        self.right == Right::Restriction
    }

    fn is_erasure(&self) -> bool {
        self.right == Right::Erasure
    }

    /// Can all that the page shows go on at once?
    fn can_go_on(&self) -> bool {
        !self.is_about_fields() || !self.fields.is_empty()
    }

    fn rights(&self) -> &'static [Right] {
        Right::ALL
    }

    fn is_right(&self, one: &Right) -> bool {
        self.right == *one
    }

    /// Is it one of those that were chosen?
    fn is_chosen(&self, one: &ShownOrganisation) -> bool {
        self.preview.as_ref().is_some_and(|preview| preview.cases.iter().any(|new| new.organisation == one.id))
    }
}

#[derive(Template)]
#[template(path = "case.html")]
struct One {
    page: Page,
    detail: CaseDetail,
    /// What can be noted now.
    choices: &'static [&'static str],
    today: Date,
    /// Fields that can be wrong there.
    fields: Vec<HeldField>,
    error: Option<String>,
}

impl One {
    /// Is there something to say or to write now?
    fn can_go_on(&self) -> bool {
        let complains = self.has("complained") && !matches!(self.detail.case.state, Stands::IdentityAsked);
        complains || matches!(self.detail.case.next.what, NextOfCase::Send | NextOfCase::Remind)
    }

    fn asks(&self) -> bool {
        self.detail.case.next.what == NextOfCase::Send
    }

    fn reminds(&self) -> bool {
        self.detail.case.next.what == NextOfCase::Remind
    }

    fn is_about_fields(&self) -> bool {
        self.asks() && self.detail.case.right == Right::Rectification
    }

    fn is_restriction(&self) -> bool {
        self.asks() && self.detail.case.right == Right::Restriction
    }

    fn ways(&self) -> [Way; 3] {
        Way::BY_HAND
    }

    /// Does one of the choices need a way?
    fn sends(&self) -> bool {
        self.choices.iter().any(|choice| ["sent", "reminded"].contains(choice))
    }

    fn has(&self, choice: &str) -> bool {
        self.choices.contains(&choice)
    }
}

pub(super) async fn list(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    let list = visitor.ask(&app, verbs::Cases {}).await?;
    show(&Cases { page: visitor.page(&app, "cases", "/cases"), list })
}

pub(super) async fn new(State(app): State<App>, Extension(visitor): Extension<Visitor>) -> Shown {
    form(&app, &visitor, Right::Access, None, None).await
}

async fn form(app: &App, visitor: &Visitor, right: Right, preview: Option<BegunCases>, error: Option<String>) -> Shown {
    let listed = Organisations { query: String::new(), offset: 0, limit: LISTED };
    let listed = visitor.ask(app, listed).await?;
    let page = visitor.page(app, "cases", "/cases/new");
    let fields = fields_for(app, visitor, right == Right::Rectification).await?;
    show(&New { page, right, organisations: listed.items, total: listed.total, preview, fields, error })
}

/// Shows who would get it, or begins the cases that were shown.
pub(super) async fn begin(State(app): State<App>, Extension(visitor): Extension<Visitor>, posted: Posted) -> Shown {
    let right = posted.one("right").parse::<Right>().ok();
    let right = right.ok_or_else(|| visitor.fault(Failure::usage(visitor.words.say("fault-form"))))?;
    let all = posted.one("all") == "all";
    let organisations = if all { Vec::new() } else { posted.all("to") };
    let (preview, goes_on) = (!["begin", "pursue"].contains(&posted.one("do")), posted.one("do") == "pursue");
    if !all && organisations.is_empty() {
        return form(&app, &visitor, right, None, Some(visitor.words.say("cases-choose"))).await;
    }
    let begun = match app.ask(NewCases { right, organisations, all, preview }).await {
        Ok(begun) => begun,
        Err(failure) => return form(&app, &visitor, right, None, Some(failure.said(visitor.words.0))).await,
    };
    if preview {
        return form(&app, &visitor, right, Some(begun), None).await;
    }
    let cases: Vec<String> = begun.cases.iter().filter_map(|new| new.id).map(|id| id.to_string()).collect();
    if goes_on && !cases.is_empty() {
        return go_on(&app, &visitor, cases, &posted).await;
    }
    visitor.notice(&app, visitor.words.count("cases-begun", &begun.begun));
    match &begun.cases[..] {
        [NewCase { id: Some(id), .. }] => go(&format!("/cases/{id}")),
        _ => go("/cases"),
    }
}

/// What comes next in these cases, said and written; the person sees what became of it.
async fn go_on(app: &App, visitor: &Visitor, cases: Vec<String>, posted: &Posted) -> Shown {
    let words = visitor.words;
    let many = cases.len() > 1;
    let at = cases.first().cloned().unwrap_or_default();
    let pursued = match pursuit(posted) {
        Ok(how) => app.ask(PursueCases { cases, how }).await,
        Err(failure) => Err(failure),
    };
    let pursued = match pursued {
        Ok(pursued) => pursued,
        // They are begun; what is missing can be said at each.
        Err(failure) if many => {
            visitor.notice(app, sentence(words, &failure));
            return go("/cases");
        }
        Err(failure) => return case(app, visitor, at, Some(sentence(words, &failure))).await,
    };
    let mut said = Vec::new();
    if !pursued.said.is_empty() {
        said.push(words.count("cases-said", &pursued.said.len()));
    }
    if !pursued.letters.is_empty() {
        said.push(words.count("letters-written-count", &pursued.letters.len()));
    }
    if !pursued.left_out.is_empty() {
        said.push(words.count("cases-left-out", &pursued.left_out.len()));
    }
    visitor.notice(app, said.join(" "));
    match &pursued.letters[..] {
        [letter] => go(&format!("/letters/{}", letter.id)),
        [] if !many => go(&format!("/cases/{at}")),
        [] => go("/cases"),
        _ => go("/letters"),
    }
}

fn pursuit(posted: &Posted) -> Result<Pursuit, Failure> {
    let fields = posted.all("field");
    Ok(Pursuit {
        fields: fields.iter().map(|field| crate::command::parse(field)).collect::<Result<_, _>>()?,
        ground: Ground::ALL.into_iter().find(|ground| ground.code() == posted.one("ground")),
        authority: posted.some("complain-to").filter(|_| posted.one("do") == "complain"),
        by_letter: posted.one("by") == "letter",
        ..Pursuit::default()
    })
}

pub(super) async fn one(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
) -> Shown {
    case(&app, &visitor, id, None).await
}

async fn case(app: &App, visitor: &Visitor, id: String, error: Option<String>) -> Shown {
    let detail = visitor.ask(app, verbs::Case { id }).await?;
    let today = visitor.ask(app, verbs::Cases {}).await?.today;
    let page = visitor.page(app, "cases", &format!("/cases/{}", detail.case.id));
    let choices = choices(&detail.case);
    let mut one = One { page, detail, choices, today, fields: Vec::new(), error };
    one.fields = fields_for(app, visitor, one.is_about_fields()).await?;
    show(&one)
}

/// What can be wrong at an organisation; nothing where that is not asked about.
async fn fields_for(app: &App, visitor: &Visitor, asked: bool) -> Result<Vec<HeldField>, Fault> {
    if asked { visitor.ask(app, verbs::Fields {}).await } else { Ok(Vec::new()) }
}

/// What can have happened next. The node decides; a choice that it refuses says why.
fn choices(case: &ShownCase) -> &'static [&'static str] {
    match case.state {
        Stands::Drafted => &["sent", "closed"],
        Stands::Sent => &["acknowledged", "identity-asked", "extended", "answered", "refused", "closed"],
        Stands::Acknowledged => &["identity-asked", "extended", "answered", "refused", "closed"],
        Stands::IdentityAsked => {
            &["identity-given", "acknowledged", "extended", "answered", "refused", "complained", "closed"]
        }
        Stands::Late => &["answered", "reminded", "complained", "refused", "extended", "acknowledged", "closed"],
        Stands::Answered => &["closed", "answered", "complained", "refused"],
        Stands::Refused => &["complained", "answered", "closed"],
        Stands::Complained => &["answered", "refused", "closed"],
        Stands::Closed => &[],
    }
}

pub(super) async fn act(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    posted: Posted,
) -> Shown {
    let (path, id_of) = (format!("/cases/{id}"), id.clone());
    let done = match posted.one("do") {
        "mark" => return mark(&app, &visitor, id, &posted).await,
        "pursue" | "complain" => return go_on(&app, &visitor, vec![id], &posted).await,
        "undo" => app.ask(verbs::UndoCase { id }).await.map(|_| ("cases-undone", path)),
        "remove" => app.ask(verbs::RemoveCase { id }).await.map(|_| ("cases-removed", "/cases".to_owned())),
        "remove-file" => {
            let file = posted.one("file").to_owned();
            app.ask(verbs::RemoveCaseFile { id, file }).await.map(|_| ("cases-file-removed", path))
        }
        _ => Err(Failure::usage(visitor.words.say("fault-form"))),
    };
    match done {
        Ok((said, to)) => {
            visitor.notice(&app, visitor.words.say(said));
            go(&to)
        }
        Err(failure) => case(&app, &visitor, id_of, Some(sentence(visitor.words, &failure))).await.map(not_taken),
    }
}

async fn mark(app: &App, visitor: &Visitor, id: String, posted: &Posted) -> Shown {
    let marked = match happened(posted) {
        Ok((on, what)) => app.ask(verbs::MarkCase { id: id.clone(), on, what }).await,
        Err(failure) => Err(failure),
    };
    match marked {
        Ok(_) => {
            visitor.notice(app, visitor.words.say("cases-noted"));
            go(&format!("/cases/{id}"))
        }
        Err(failure) => case(app, visitor, id, Some(sentence(visitor.words, &failure))).await.map(not_taken),
    }
}

/// A failure with the day that it names, where it names one.
fn sentence(words: Words, failure: &Failure) -> String {
    let (said, detail) = words.failure(failure);
    let day = detail.and_then(|detail| {
        detail.split(|c: char| c != '-' && !c.is_ascii_digit()).find_map(|word| word.parse::<Date>().ok())
    });
    day.map_or_else(|| said.clone(), |day| format!("{said} ({})", words.date(&day)))
}

fn happened(posted: &Posted) -> Result<(Option<Date>, Happened), Failure> {
    let date = |name: &str| posted.some(name).map(|text| crate::command::parse(&text)).transpose();
    let way = || posted.some("way").map_or(Ok(Way::Email), |text| crate::command::parse(&text));
    let what = match posted.one("what") {
        "sent" => Happened::Sent { way: way()? },
        "acknowledged" => Happened::Acknowledged { received: date("received")? },
        "identity-asked" => Happened::AskedIdentity,
        "identity-given" => Happened::ProvedIdentity,
        "extended" => Happened::Extended,
        "answered" => Happened::Answered,
        "refused" => Happened::Refused,
        "reminded" => Happened::Reminded { way: way()? },
        "complained" => Happened::Complained { to: posted.one("authority").to_owned() },
        "closed" => Happened::Closed,
        _ => return Err(Failure::usage("say what happened; choose one of the list")),
    };
    Ok((date("on")?, what))
}

/// Files what the person chose. The form's token comes before the files.
pub(super) async fn file(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    request: Request,
) -> Shown {
    let filed = files::take(&app, &visitor, request, |verbs::NewPart { file, name, part, last }| FileCase {
        id: id.clone(),
        file,
        name,
        part,
        last,
    });
    let Some(filed) = filed.await? else { return Ok(strange_form(&visitor)) };
    visitor.notice(&app, visitor.words.count("cases-filed", &filed));
    go(&format!("/cases/{id}"))
}

/// A file as bytes to save.
pub(super) async fn get_file(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Path((id, file)): Path<(String, String)>,
) -> Shown {
    files::save(&app, &visitor, |part| CaseFile { id: id.clone(), file: file.clone(), part }).await
}

impl Words {
    /// What is asked for, with its article.
    pub(super) fn right(&self, of: &Right) -> String {
        self.name("right", of.code())
    }

    /// Where a case stands.
    fn stands(&self, of: &Stands) -> String {
        self.name(
            "case-state",
            serde_json::to_value(of).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default(),
        )
    }

    /// What comes next.
    fn comes(&self, of: &NextStep) -> String {
        let day = of.by.map(|by| self.date(&by)).unwrap_or_default();
        match of.what {
            NextOfCase::Send => self.say("case-next-send"),
            NextOfCase::Answer => self.of("case-next-answer", &day),
            NextOfCase::ProveIdentity => self.say("case-next-identity"),
            NextOfCase::Remind => self.say("case-next-remind"),
            NextOfCase::AnswerReminder => self.of("case-next-reminder", &day),
            NextOfCase::Complain => self.say("case-next-complain"),
            NextOfCase::Read => self.say("case-next-read"),
            NextOfCase::Authority => self.of("case-next-authority", &day),
            NextOfCase::AskAuthority => self.say("case-next-ask-authority"),
            NextOfCase::Nothing => self.say("case-next-nothing"),
        }
    }

    /// What happened.
    fn step(&self, of: &Step) -> String {
        let way = |way: &Way| self.name("way", way.code());
        match &of.what {
            Happened::Sent { way: by } => self.of("case-step-sent", &way(by)),
            Happened::Acknowledged { received: Some(day) } => self.of("case-step-received", &self.date(day)),
            Happened::Acknowledged { received: None } => self.say("case-step-acknowledged"),
            Happened::AskedIdentity => self.say("case-step-identity-asked"),
            Happened::ProvedIdentity => self.say("case-step-identity-given"),
            Happened::Extended => self.say("case-step-extended"),
            Happened::Answered => self.say("case-step-answered"),
            Happened::Refused => self.say("case-step-refused"),
            Happened::Reminded { way: by } => self.of("case-step-reminded", &way(by)),
            Happened::Complained { to } => self.of("case-step-complained", to),
            Happened::Closed => self.say("case-step-closed"),
        }
    }

    /// How the last day was counted, a sentence each.
    fn counted(&self, due: &Due) -> Vec<String> {
        let mut said = vec![
            self.of(if due.presumed { "case-due-presumed" } else { "case-due-received" }, &self.date(&due.received)),
        ];
        said.push(self.say(if due.months == 3 { "case-due-three" } else { "case-due-one" }));
        if due.extended_late {
            said.push(self.say("case-due-extended-late"));
        }
        if due.stands_still {
            said.push(self.say("case-due-still"));
        }
        if due.still_days > 0 {
            said.push(self.count("case-due-paused", &u64::try_from(due.still_days).unwrap_or(0)));
        }
        if due.counted != due.last {
            said.push(self.of("case-due-moved", &self.date(&due.counted)));
        }
        if let Some(day) = due.without_pause {
            said.push(self.of("case-due-without", &self.date(&day)));
        }
        if !due.holidays_known {
            said.push(self.say("case-due-no-holidays"));
        }
        said
    }

    fn reach(&self, of: &NewCase) -> String {
        let to = of.to.clone().unwrap_or_default();
        match of.reach {
            Reach::Companion => self.say("reach-companion"),
            Reach::Email => self.of("reach-email", &to),
            Reach::Post => self.of("reach-post", &to),
            Reach::Webform => self.of("reach-webform", &to),
            Reach::Unknown => self.say("reach-unknown"),
        }
    }

    /// How long a file is, for people.
    pub(super) fn size(&self, bytes: &u64) -> String {
        if *bytes < 1024 { format!("{bytes} B") } else { format!("{} kB", bytes.div_ceil(1024)) }
    }

    /// How many days a letter of default gives.
    fn default_days(&self) -> String {
        self.count("case-default-days", &DEFAULT_DAYS.unsigned_abs())
    }
}
