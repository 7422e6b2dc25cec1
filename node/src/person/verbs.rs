//! Everything a person can ask of their node: one verb, one file, with its words, its answer and what it does.
//!
//! In: verbs, at the person's [`Desk`]. Out: typed answers, once what a verb changed is on disk. `verbs.rs` has the list;
//! most verbs are done on the driver's thread ([`OnNode`]); those that speak with others before are `Conduct` by
//! themselves.

mod acts;
mod add_credential;
mod add_organisation;
mod add_to_directory;
mod agreement;
mod ask_witnesses;
mod at_once;
mod audit;
mod audit_page;
mod belong;
mod bring_back;
mod can_get;
mod case;
mod case_file;
mod cases;
mod cast;
mod clock;
mod consent_receipts;
mod contract;
mod contracts;
mod corrections;
mod credential_key;
mod credentials;
mod dashboard;
mod decide;
mod decide_item;
mod decide_processor;
mod delete_item;
mod deliveries;
mod devices;
mod directory;
mod dry_run;
mod edit_organisation;
mod end_contract;
mod enter_findings;
mod exercise_right;
mod export;
mod feed_key;
mod field;
mod fields;
mod file_case;
mod find_suppliers;
mod give_notice;
mod grant;
mod grants;
mod hold_letter;
mod inbox;
mod intents;
mod item;
mod item_part;
mod keep_import;
mod letter;
mod letter_sent;
mod letter_words;
mod letters;
mod log_heads;
mod look;
mod mail_account;
mod mark_case;
mod me;
mod move_away;
mod new_cases;
mod noticeboards;
mod notices;
mod offers;
mod open;
mod organisation;
mod organisations;
mod overview;
mod own_fields;
mod own_files;
mod pair;
mod pair_many;
mod pass_over;
mod pause;
mod policy;
mod preview_import;
mod processors;
mod proffer;
mod proof;
mod pursue_cases;
mod put_back;
mod remove_case;
mod remove_case_file;
mod remove_contract;
mod remove_credential;
mod remove_letter;
mod remove_organisation;
mod remove_rule;
mod remove_supplier;
mod renew_key;
mod requests;
mod revoke;
mod revoke_all;
mod rules;
mod same_supplier;
mod saw_inbox;
mod search;
mod segment_rules;
mod segments;
mod send_letters;
mod set;
mod set_contract;
mod set_rule;
mod status;
mod suggest;
mod supplier;
mod suppliers;
mod take_up;
mod tell;
mod tell_now;
mod undo_case;
mod unset;
mod vouch;
mod waiting;
mod withdraw;
mod witnesses;
mod would_tell;
mod write_ending;
mod write_letters;

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use super::{Call, Node, NodeEvent};
use crate::{
    backup::{TakeRows, TakenRows},
    command::Failure,
    driver::Turn,
    verb::{Conduct, Stop, Stopped, Verb, stopping, verbs},
};

pub use crate::verb::{AcceptedClock, Clock};
pub use acts::Acts;
pub use add_credential::{AddCredential, AddedCredential};
pub use add_organisation::AddOrganisation;
pub use add_to_directory::{AddToDirectory, AddedToDirectory};
pub use agreement::{Agreement, AgreementInForce};
pub use ask_witnesses::{AskWitnesses, AskedWitnesses};
pub use at_once::AtOnce;
pub use audit::{Audit, AuditReport, LogChecked, NewestEntry};
pub use audit_page::AuditPage;
pub use belong::{Belong, SaidOfSegment};
pub use bring_back::BringBack;
pub use can_get::{CanGet, CanGetAnswer, RuleReach};
pub use case::{Case, CaseDetail};
pub use case_file::CaseFile;
pub use cases::Cases;
pub use cast::Cast;
pub use consent_receipts::ConsentReceipts;
pub use contract::Contract;
pub use contracts::Contracts;
pub use corrections::Corrections;
pub use credential_key::{CredentialKey, NewCredentialKey};
pub use credentials::{Credentials, HeldCredential};
pub use dashboard::{Dashboard, DashboardLink};
pub use decide::{Decide, Decided};
pub use decide_item::{DecideItem, DecidedItem};
pub use decide_processor::{DecideProcessor, DecidedProcessor};
pub use delete_item::{DeleteItem, DeletedItem};
pub use deliveries::{Deliveries, OpenDeliveries, OpenDelivery};
pub use devices::{
    DeviceInvitation, DeviceList, Devices, ForgetDevice, ForgetDevices, ForgetPasskey, ForgottenDevices, InviteDevice,
    ShownElsewhere,
};
pub use directory::{Directory, DirectorySummary};
pub use dry_run::{ChangedAnswer, ChangedRequest, DryRun, DryRunOutcome, RuleAnswer};
pub use edit_organisation::EditOrganisation;
pub use end_contract::{EndContract, Ending};
pub use enter_findings::EnterFindings;
pub use exercise_right::ExerciseRight;
pub use export::{Export, ExportDocument, ExportedLog};
pub use feed_key::{Dated, Feed, FeedKey, ShownFeedKey};
pub use field::{Field, FieldDetail, KnownBy};
pub use fields::{Fields, HeldField};
pub use file_case::FileCase;
pub use find_suppliers::{FindSuppliers, FoundSuppliers};
pub use give_notice::GiveNotice;
pub use grant::{Grant, Granted};
pub use grants::Grants;
pub use hold_letter::HoldLetter;
pub use inbox::Inbox;
pub use intents::Intents;
pub use item::Item;
pub use item_part::{DocumentPart, ItemPart};
pub use keep_import::KeepImport;
pub use letter::Letter;
pub use letter_sent::LetterSent;
pub use letter_words::LetterWords;
pub use letters::{LetterList, Letters};
pub use log_heads::{CosignedCheckpoint, ExportCheckpoint, LogHead, LogHeads, SeenHead};
pub use look::{FoundAgain, Look, LookAnswer, SeenSupplier};
pub use mail_account::{
    MailAccount, RemoveMailAccount, SetMailAccount, ShownMailAccount, TriedMailAccount, TryMailAccount,
};
pub use mark_case::MarkCase;
pub use me::{Me, Name};
pub use move_away::{MoveAway, MovedAway};
pub use new_cases::{BegunCases, NewCases};
pub use noticeboards::{Noticeboard, Noticeboards};
pub use notices::{AddBrowser, Notices, RemoveBrowsers, SetNotices, ShownNotices, ShownWay, TriedNotice, TryNotice};
pub use offers::{Offers, RankedOffer};
pub use open::{Open, Opened};
pub use organisation::Organisation;
pub use organisations::{Organisations, OrganisationsPage};
pub use overview::{Asker, FieldKnown, Flow, GroupKnown, Overview, PersonOverview, RequestGroup};
pub use own_fields::{OwnFields, RemoveOwnField, SetOwnField};
pub use own_files::{Attach, Attachment, Detach};
pub use pair::{OtherTerms, Pair, PairAnswer};
pub use pair_many::{LookMany, PairMany};
pub use pass_over::{PassOver, PassedOver};
pub use pause::{Pause, Paused};
pub use policy::Policy;
pub use preview_import::PreviewImport;
pub use processors::{ProcessorList, Processors};
pub use proffer::{Proffer, ProfferedAgreement};
pub use proof::{EntryProof, Proof};
pub use pursue_cases::{PursueCases, PursuedCases};
pub use put_back::PutBack;
pub use remove_case::{RemoveCase, RemovedCase};
pub use remove_case_file::RemoveCaseFile;
pub use remove_contract::{RemoveContract, RemovedContract};
pub use remove_credential::{RemoveCredential, RemovedCredential};
pub use remove_letter::{RemoveLetter, RemovedLetter};
pub use remove_organisation::{RemoveOrganisation, RemovedOrganisation};
pub use remove_rule::RemoveRule;
pub use remove_supplier::{RemoveSupplier, WouldRemove};
pub use renew_key::{KeyRenewal, RenewKey};
pub use requests::Requests;
pub use revoke::{Revoke, Revoked};
pub use revoke_all::{RevokeAll, RevokedAll};
pub use rules::Rules;
pub use same_supplier::SameSupplier;
pub use saw_inbox::{SawInbox, SeenInbox};
pub use search::{Hit, HitKind, Search, SearchResult};
pub use segment_rules::SegmentRules;
pub use segments::{Because, SegmentHelper, SegmentList, Segments, ShownSegment};
pub use send_letters::{QueuedLetters, SendLetters};
pub use set::Set;
pub use set_contract::{KeptContract, SetContract};
pub use set_rule::SetRule;
pub use status::{KnownSupplier, PersonStatus, Status};
pub use suggest::{HideSuggestion, Suggestions, TakeSuggestion};
pub use supplier::{Erasure, HeldGrant, KnownField, Supplier, SupplierDetail, Terms};
pub use suppliers::{Suppliers, SuppliersPage};
pub use take_up::{TakeUp, TakenUp};
pub use tell::Tell;
pub use tell_now::{TellNow, ToldNow};
pub use undo_case::UndoCase;
pub use unset::Unset;
pub use vouch::Vouch;
pub use waiting::{Marks, Waiting, WaitingNow};
pub use withdraw::{Withdraw, Withdrawn};
pub use witnesses::{AddWitness, KnownWitness, RemoveWitness, RemovedWitness, Witnesses};
pub use would_tell::{ToldOf, WouldBeTold, WouldTell};
pub use write_ending::WriteEnding;
pub use write_letters::{LeftOut, WriteLetters, WrittenLetters};

pub use crate::consent::ConsentDocument;

pub use super::{
    activity::{Month, MonthOfYear},
    acts::{ActState, ShownAct, ShownAnswer},
    candidates::{Candidate, Certainty, EnteredFindings, together},
    cases::{CaseList, NewCase, Reach, ShownAuthority, ShownCase},
    contracts::{
        ComesNext, ContractList, ContractSource, ContractWords, MonthlySum, NextOfContract, Noticed, ShownContract,
    },
    decisions::{GrantTerms, HandedOn, ListedGrant, WaitingProcessor, WaitingRequest},
    defaults::{RuleHits, RuleList},
    devices::{ShownDevice, ShownPasskey},
    fields::{Changed, EarlierValue, ProvenanceKind},
    files::{FILE_BYTES, InParts, NewPart, PART_BYTES, ShownFile, ShownPart},
    glance::{Change, Joined, Soon, Waits, WaitsFor},
    importing::{Chosen, FieldChange, ImportAlternative, ImportChange, ImportChoice, ImportPreview, NotTaken},
    intents::{ShownIntent, ShownOffer, TakenOffer},
    items::{FiledWith, ProposedCorrection, ShownItem},
    journal::{LogEntry, LogPage},
    letters::{Addressee, LetterWay, Matter, SentBy, ShownLetter, WholeLetter},
    many::{LINKS, LINKS_AT_ONCE, LinkLine, LinkState, links},
    organisations::{OrganisationDetails, OrganisationId, ShownOrganisation},
    own_fields::ShownOwnField,
    proposals::{ContractNews, ProposedContract},
    pursuit::Pursuit,
    recognised::PerhapsSame,
    removal::{RelationshipState, Removal, Stays, StaysWhat},
    suggestions::ShownSuggestion,
    suppliers::{ListedSupplier, Permits, WishedFor},
    tell::{HadByLetter, NotTellReason, NotTold, TellReason, ToldByLetter},
    who::Named,
};

verbs! {
    /// A verb of a person's node.
    PersonCommand at Desk, else "this home is a person's; that command is for a supplier's companion (`regie supplier init`)" {
        Acts: Acts,
        AddBrowser: AddBrowser,
        AddCredential: AddCredential,
        AddOrganisation: AddOrganisation,
        AddToDirectory: AddToDirectory,
        AddWitness: AddWitness,
        Agreement: Agreement,
        AskWitnesses: AskWitnesses,
        AtOnce: AtOnce,
        Attach: Attach,
        Attachment: Attachment,
        Audit: Audit,
        AuditPage: AuditPage,
        Backup: TakeRows,
        Belong: Belong,
        BringBack: BringBack,
        CanGet: CanGet,
        Case: Case,
        CaseFile: CaseFile,
        Cases: Cases,
        Cast: Cast,
        Clock: Clock,
        ConsentReceipts: ConsentReceipts,
        Contract: Contract,
        Contracts: Contracts,
        Corrections: Corrections,
        CredentialKey: CredentialKey,
        Credentials: Credentials,
        Dashboard: Dashboard,
        Decide: Decide,
        DecideItem: DecideItem,
        DecideProcessor: DecideProcessor,
        DeleteItem: DeleteItem,
        Deliveries: Deliveries,
        Detach: Detach,
        Devices: Devices,
        Directory: Directory,
        DryRun: DryRun,
        EditOrganisation: EditOrganisation,
        EndContract: EndContract,
        EnterFindings: EnterFindings,
        ExerciseRight: ExerciseRight,
        Export: Export,
        ExportCheckpoint: ExportCheckpoint,
        Feed: Feed,
        FeedKey: FeedKey,
        Field: Field,
        Fields: Fields,
        FileCase: FileCase,
        FindSuppliers: FindSuppliers,
        ForgetDevice: ForgetDevice,
        ForgetDevices: ForgetDevices,
        ForgetPasskey: ForgetPasskey,
        GiveNotice: GiveNotice,
        Grant: Grant,
        Grants: Grants,
        HideSuggestion: HideSuggestion,
        HoldLetter: HoldLetter,
        Inbox: Inbox,
        Intents: Intents,
        InviteDevice: InviteDevice,
        Item: Item,
        ItemPart: ItemPart,
        KeepImport: KeepImport,
        Letter: Letter,
        LetterSent: LetterSent,
        Letters: Letters,
        LogHeads: LogHeads,
        Look: Look,
        LookMany: LookMany,
        MailAccount: MailAccount,
        MarkCase: MarkCase,
        Me: Me,
        MoveAway: MoveAway,
        NewCases: NewCases,
        Noticeboards: Noticeboards,
        Notices: Notices,
        Offers: Offers,
        Open: Open,
        Organisation: Organisation,
        Organisations: Organisations,
        Overview: Overview,
        OwnFields: OwnFields,
        Pair: Pair,
        PairMany: PairMany,
        PassOver: PassOver,
        Pause: Pause,
        Policy: Policy,
        PreviewImport: PreviewImport,
        Processors: Processors,
        Proffer: Proffer,
        Proof: Proof,
        PursueCases: PursueCases,
        PutBack: PutBack,
        RemoveBrowsers: RemoveBrowsers,
        RemoveCase: RemoveCase,
        RemoveCaseFile: RemoveCaseFile,
        RemoveContract: RemoveContract,
        RemoveCredential: RemoveCredential,
        RemoveLetter: RemoveLetter,
        RemoveMailAccount: RemoveMailAccount,
        RemoveOrganisation: RemoveOrganisation,
        RemoveOwnField: RemoveOwnField,
        RemoveRule: RemoveRule,
        RemoveSupplier: RemoveSupplier,
        RemoveWitness: RemoveWitness,
        RenewKey: RenewKey,
        Requests: Requests,
        Revoke: Revoke,
        RevokeAll: RevokeAll,
        Rules: Rules,
        SameSupplier: SameSupplier,
        SawInbox: SawInbox,
        Search: Search,
        SegmentRules: SegmentRules,
        Segments: Segments,
        SendLetters: SendLetters,
        Set: Set,
        SetContract: SetContract,
        SetOwnField: SetOwnField,
        SetMailAccount: SetMailAccount,
        SetNotices: SetNotices,
        SetRule: SetRule,
        Status: Status,
        Stop: Stop,
        Suggestions: Suggestions,
        Supplier: Supplier,
        Suppliers: Suppliers,
        TakeSuggestion: TakeSuggestion,
        TakeUp: TakeUp,
        Tell: Tell,
        TellNow: TellNow,
        TryMailAccount: TryMailAccount,
        TryNotice: TryNotice,
        UndoCase: UndoCase,
        Unset: Unset,
        Vouch: Vouch,
        Waiting: Waiting,
        Withdraw: Withdraw,
        Witnesses: Witnesses,
        WouldRemove: WouldRemove,
        WouldTell: WouldTell,
        WriteEnding: WriteEnding,
        WriteLetters: WriteLetters,
    }
}

/// How the person's node is reached from its own process; clones share one.
#[derive(Clone)]
pub struct Desk {
    events: mpsc::Sender<NodeEvent>,
    pages: Arc<dyn Pages>,
}

impl crate::verb::Desk for Desk {
    type Command = PersonCommand;
}

/// What the owner can have of a node's pages by a verb.
pub trait Pages: Send + Sync {
    /// A one-time link to the dashboard; none where there is no dashboard.
    fn link(&self) -> Option<String>;

    /// Where the dashboard is reached from other machines; none where it is not.
    fn elsewhere(&self) -> Option<ShownElsewhere>;

    /// A link by which one device is added; none where no device could come.
    fn invite(&self) -> Option<DeviceInvitation>;
}

/// A node without pages.
pub struct NoPages;

impl Pages for NoPages {
    fn link(&self) -> Option<String> {
        None
    }

    fn elsewhere(&self) -> Option<ShownElsewhere> {
        None
    }

    fn invite(&self) -> Option<DeviceInvitation> {
        None
    }
}

impl Desk {
    /// A desk before this node.
    #[must_use]
    pub fn new(events: mpsc::Sender<NodeEvent>, pages: Arc<dyn Pages>) -> Self {
        Self { events, pages }
    }

    /// Asks the node; the answer comes when what it changed is on disk.
    ///
    /// # Errors
    /// What the verb says, or that the node is stopping.
    pub async fn ask<V: Conduct<Self>>(&self, verb: V) -> Result<V::Answer, Failure> {
        verb.conduct(self).await
    }

    /// Tells when something was committed: what pages show may be another from then on.
    ///
    /// # Errors
    /// Where the node is stopping.
    pub async fn commits(&self) -> Result<watch::Receiver<u64>, Failure> {
        let (answer, wait) = oneshot::channel();
        let call: Call = Box::new(move |node, turn| {
            let commits = node.notices.commits();
            turn.after(move || drop(answer.send(commits)));
        });
        self.events.send(NodeEvent::Call { reads_store: false, call }).await.map_err(|_| stopping())?;
        wait.await.map_err(|_| stopping())
    }

    /// The queue of the node's driver.
    #[must_use]
    pub fn events(&self) -> &mpsc::Sender<NodeEvent> {
        &self.events
    }

    fn pages(&self) -> &dyn Pages {
        &*self.pages
    }
}

/// A verb that is done on the thread of the node's driver, between other turns.
pub trait OnNode: Verb {
    /// Does it read the store, so that what its turn has changed must be on disk first?
    const READS_STORE: bool = true;

    /// Does it.
    ///
    /// # Errors
    /// Why it was not done, with the next step.
    fn run(self, node: &mut Node, turn: &mut Turn) -> Result<Self::Answer, Failure>;
}

impl OnNode for Stop {
    const READS_STORE: bool = false;

    fn run(self, node: &mut Node, _: &mut Turn) -> Result<Stopped, Failure> {
        node.stops = true;
        Ok(Stopped { stopped: true })
    }
}

impl OnNode for TakeRows {
    fn run(self, node: &mut Node, _: &mut Turn) -> Result<TakenRows, Failure> {
        crate::backup::give(&*node.store, &self)
    }
}

impl<V: OnNode> Conduct<Desk> for V {
    async fn conduct(self, desk: &Desk) -> Result<V::Answer, Failure> {
        let (answer, wait) = oneshot::channel();
        let call: Call = Box::new(move |node, turn| {
            let result = self.run(node, turn);
            turn.after(move || drop(answer.send(result)));
        });
        desk.events.send(NodeEvent::Call { reads_store: V::READS_STORE, call }).await.map_err(|_| stopping())?;
        wait.await.map_err(|_| stopping())?
    }
}
